// A file of its own, so that the build holds execa once, and on no path but of those who use it.
export { execa } from 'execa';
