// The order matters: streams hidden, execa loaded, streams shown.
import './streams.ts';
import { execa } from 'execa';
import { showStreams } from './streams.ts';

showStreams();

export { execa };
