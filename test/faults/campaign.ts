import type { Keychain } from '../services/keychain.ts';
import type { Server } from '../services/server.ts';
import type { Random } from './random.ts';
import { type Blow, never, strike } from './strike.ts';
import { Subject, type Where } from './subject.ts';
import { type Attack, attempt, commandLine, type Ordinary, ordinary, type Trial } from './trial.ts';

export interface Campaign {
  readonly server: Server;
  readonly where: Where;
  readonly keychain: Keychain;
  readonly random: Random;
  /** Hears of every trial as it ends. */
  readonly told: (trial: Trial) => void;
}

/** What comes behind the last step. */
const last = 'saying that it is done';

/** Kills the rotations of one profile, a trial at a time. */
export class Front {
  readonly #campaign: Campaign;
  #subject: Subject;
  /** How long rotations took that nobody disturbed, in milliseconds. */
  readonly durations: number[] = [];
  /** What a rotation says, in order. */
  steps: readonly string[] = [];
  #count = 0;

  private constructor(campaign: Campaign, subject: Subject) {
    this.#campaign = campaign;
    this.#subject = subject;
  }

  /** @param rotations how many undisturbed ones are measured first */
  static async open(campaign: Campaign, rotations: number): Promise<Front> {
    const { server, where, keychain } = campaign;
    const front = new Front(campaign, await Subject.open(server, where, keychain));
    for (let done = 0; done < rotations; done++) await front.#measure();
    return front;
  }

  async #measure(): Promise<void> {
    const subject = this.#subject;
    const { code, steps, ms, stderr } = await strike(subject, commandLine(subject, 'rotate'), never);
    if (code !== 0) throw new Error(`an undisturbed rotation ended with ${code}:\n${stderr}`);
    this.durations.push(ms);
    this.steps = steps.filter((step) => step !== last);
  }

  /** Kills at moments that are drawn uniformly over a whole rotation, until so many of them found it running. */
  async atRandom(hits: number): Promise<void> {
    for (let hit = 0, tries = 0; hit < hits; tries++) {
      // The machine is not equally fast all the time.
      if (tries % 20 === 19) await this.#measure();
      const after = this.#campaign.random() * median(this.durations.slice(-5));
      if ((await this.#trial('random', [this.#rotation({ after })])).hit) hit += 1;
    }
  }

  /** Kills behind the line of each step, so many times. @param delay the longest, in milliseconds */
  async atEachStep(times: number, delay = 30, steps: readonly string[] = this.steps): Promise<void> {
    for (const step of steps)
      await this.#untilHit('step', times, () => [this.#rotation(this.#behind(step, delay))]);
  }

  /** Kills a rotation just before or just after the change, and then each command that resumes it, at each of its steps. */
  async whileResuming(resuming: readonly Ordinary[], times: number): Promise<void> {
    for (const cut of cuts)
      for (const command of resuming)
        for (const at of await this.#stepsOfResuming(cut, command)) await this.twice(cut, command, at, times);
  }

  /** Kills a rotation behind the line of one step, and a command that resumes it behind that of another. */
  async twice(cut: string, command: Ordinary, step: string, times: number): Promise<void> {
    const second = (): Attack => ({ command, blow: { at: this.#behind(step), tree: this.#odds(0.3) } });
    await this.#untilHit('resume', times, () => [cutAt(cut), second()]);
  }

  async #stepsOfResuming(cut: string, resuming: Ordinary): Promise<string[]> {
    const subject = this.#subject;
    await strike(subject, commandLine(subject, 'rotate'), cutAt(cut).blow);
    const { steps } = await strike(subject, commandLine(subject, resuming), never);
    return steps.filter((step) => step !== last);
  }

  /** A step may be over before its line has been read. */
  async #untilHit(kind: Trial['kind'], times: number, attacks: () => Attack[]): Promise<void> {
    for (let hit = 0, tries = 0; hit < times && tries < times + 4; tries++)
      if ((await this.#trial(kind, attacks())).hit) hit += 1;
  }

  async #trial(kind: Trial['kind'], attacks: readonly Attack[]): Promise<Trial> {
    const command = ordinary[this.#count++ % ordinary.length] as Ordinary;
    const trial = await attempt(this.#subject, kind, attacks, command);
    this.#campaign.told(trial);
    // What it has left behind is no ground for the next one.
    if (trial.evil.length > 0) {
      const { server, where, keychain } = this.#campaign;
      this.#subject = await Subject.open(server, where, keychain);
    }
    return trial;
  }

  #rotation(at: Blow['at']): Attack {
    return { command: 'rotate', blow: { at, tree: this.#odds(0.3) } };
  }

  #behind(step: string, delay = 30): Blow['at'] {
    return { step, delay: this.#campaign.random() * delay };
  }

  #odds(chance: number): boolean {
    return this.#campaign.random() < chance;
  }
}

/** The steps just before and just after the server changes. */
const cuts = ['changing it on the server', 'logging in with the new password'];

const cutAt = (step: string): Attack => ({
  command: 'rotate',
  blow: { at: { step, delay: 0 }, tree: false },
});

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
