import type { Backend, Json } from '../../backend/backend.ts';
import type { UpstreamClient } from '../../platform/client.ts';
import { UpstreamError } from '../../platform/upstream/errors.ts';
import type { UpstreamCall } from '../../platform/upstream/request.ts';
import type { Log } from '../core/log.ts';
import type { FunctionSettings, StageName } from '../core/settings.ts';
import type { Pipeline } from './pipeline.ts';
import { parseRepository } from './repository.ts';
import { type StageRun, withLog, withShortTexts } from './stage-run.ts';
import { loadStageRun, saveStageRun } from './stage-run-store.ts';

/** What a stage has to say of its gate: passed without reasons against it. `result` is kept for the stages that follow. */
export interface GateResult {
  reasons: string[];
  result: Record<string, unknown>;
}

/**
 * A stage is a script that is run from the top at each call of its function: what its steps have done is remembered, so
 * that it goes on where it was, after a wait as after a crash.
 */
export type Stage = (work: StageWork) => Promise<GateResult>;

/** Thrown by a step whose work is not finished: the state machine waits and calls again. */
export class StillWaiting extends Error {
  override name = 'StillWaiting';
}

/** How long every question may fail before the upstream counts as lost, in ms: the restart of a service takes less. */
const failingMsMax = 10 * 60_000;

/** How often an upstream may ask to be left alone: its first refusal and these two make the three tries that a call has. */
const putOffsMax = 2;

interface Startable<T> {
  service: string;
  start(): Promise<T>;
  /** What an earlier call started, or undefined. */
  find(): Promise<T | undefined>;
}

interface Surroundings {
  backend: Backend;
  upstream: UpstreamClient;
  settings: FunctionSettings;
  log: Log;
}

/** What a stage can do. Steps have names that are unique within their stage; each is done once in an iteration. */
export class StageWork {
  readonly pipeline: Pipeline;
  readonly settings: FunctionSettings;
  /** The run as it is stored; each step replaces it. */
  run: StageRun;
  readonly #around: Surroundings;

  constructor(pipeline: Pipeline, run: StageRun, around: Surroundings) {
    this.pipeline = pipeline;
    this.run = run;
    this.settings = around.settings;
    this.#around = around;
  }

  /** The repository as `owner/name`. */
  get repository(): string {
    const repository = parseRepository(this.pipeline.request.config.repo_url);
    if (!repository) throw new Error('a stored pipeline has a repository URL that its contract refuses');
    return `${repository.owner}/${repository.name}`;
  }

  get nowMs(): number {
    return this.#around.backend.clock.now();
  }

  /** Asks an upstream something that changes nothing there. */
  read<T>(call: UpstreamCall<T>): Promise<T> {
    return this.#around.upstream.call({ ...call, ...this.#manner() });
  }

  /**
   * Tells an upstream to do something, as part of this step. The repeat of a call that was cut off carries the same
   * Idempotency-Key, so that what was accepted is not started a second time.
   */
  tell<T>(step: string, call: UpstreamCall<T>): Promise<T> {
    const { pipelineId, iteration, stage } = this.run;
    const idempotencyKey = `${pipelineId}:${iteration}:${stage}:${step}`;
    return this.#around.upstream.call({ ...call, ...this.#manner(), idempotencyKey });
  }

  /** Does a step and stores its result before anything else happens; gives the stored result when it was done before. */
  async once<T>(step: string, act: () => Promise<T>, describe: (result: T) => string): Promise<T> {
    if (Object.hasOwn(this.run.steps, step)) return this.run.steps[step] as T;
    const result = withShortTexts(await act());
    await this.#record(step, result, describe(result));
    return result;
  }

  /**
   * Starts work at an upstream that knows no Idempotency-Key: before it is asked again, after a crash or a lost answer, it
   * is searched for what it has taken on already. It is asked three times at most.
   */
  async startOnce<T>(step: string, work: Startable<T>, describe: (result: T) => string): Promise<T> {
    return this.once(
      step,
      async () => {
        const asked = `${step}-asked`;
        const isRepeat = Object.hasOwn(this.run.steps, asked);
        if (!isRepeat) await this.#record(asked, true, `Asking ${work.service} to start.`);
        return (isRepeat ? await work.find() : undefined) ?? (await this.#startOrFind(step, work));
      },
      describe,
    );
  }

  async #startOrFind<T>(step: string, { start, find }: Startable<T>): Promise<T> {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof UpstreamError && error.mayHaveBeenSent)) throw error;
      const found = await find();
      if (found !== undefined) return found;
      if (!this.putOff(error)) throw error;
      throw new StillWaiting(step);
    }
  }

  /**
   * Does something that must not be done twice, at most once: that it may have been done is stored before. Only an
   * upstream that certainly did not take it on makes it undone again. Undefined when an earlier call did it.
   */
  async atMostOnce<T>(step: string, act: () => Promise<T>, message: string): Promise<T | undefined> {
    if (Object.hasOwn(this.run.steps, step)) return undefined;
    await this.#record(step, true, message);
    try {
      return await act();
    } catch (error) {
      if (error instanceof UpstreamError && !error.mayHaveBeenSent) await this.#forget(step);
      throw error;
    }
  }

  /**
   * Waits for upstream work without staying: `ask` gives undefined while it goes on. A question that fails for a
   * reason worth retrying is asked again later, for ten minutes.
   */
  async until<T>(step: string, ask: () => Promise<T | undefined>, describe: (result: T) => string): Promise<T> {
    if (Object.hasOwn(this.run.steps, step)) return this.run.steps[step] as T;
    const answer = await this.#ask(ask);
    if (answer === undefined) throw new StillWaiting(step);
    const result = withShortTexts(answer);
    await this.#record(step, result, describe(result));
    return result;
  }

  /** Notes something that did not go as it should and did not stop the stage. */
  async warn(message: string): Promise<void> {
    await this.#save(withLog(this.run, this.#line('warn', message)));
  }

  /** Keeps a file for whoever reads the pipeline; the name is unique in this run. */
  async keep(name: string, contentType: string, content: string): Promise<void> {
    if (this.run.artifacts.some((artifact) => artifact.name === name)) return;
    const { pipelineId, iteration, stage } = this.run;
    const key = `pipelines/${pipelineId}/${iteration}/${stage}/${name}`;
    await this.#around.backend.objects.put(key, content, contentType);
    const artifact = { name, contentType, size: Buffer.byteLength(content), key };
    await this.#save({ ...this.run, artifacts: [...this.run.artifacts, artifact] });
  }

  /** What the latest run of another stage left for this one, with its artifacts; undefined when it has not run. */
  async runOf(stage: StageName): Promise<StageRun | undefined> {
    const iteration = this.pipeline.stages[stage]?.iteration;
    return iteration ? loadStageRun(this.#around.backend, { ...this.run, stage, iteration }) : undefined;
  }

  /** Why the previous iteration was sent back; empty in the first. */
  async reasonsOfLastIteration(): Promise<string[]> {
    const iteration = this.run.iteration - 1;
    if (iteration < 1) return [];
    const gates = ['validate', 'test'] as const;
    const runs = await Promise.all(
      gates.map((stage) => loadStageRun(this.#around.backend, { ...this.run, stage, iteration })),
    );
    return runs.flatMap((run) => run?.outcome?.reasons ?? []);
  }

  /** The text of an artifact of another stage's run, or undefined when it has none of this name. */
  async readArtifact(run: StageRun | undefined, name: string): Promise<string | undefined> {
    const artifact = run?.artifacts.find((candidate) => candidate.name === name);
    const bytes = artifact && (await this.#around.backend.objects.get(artifact.key));
    return bytes && Buffer.from(bytes).toString('utf8');
  }

  /** What every call of a stage has in common. */
  #manner() {
    return { requestId: this.run.pipelineId, timeoutMs: this.settings.upstreamTimeoutMs };
  }

  /** Notes that an upstream asked to be left alone for longer than a function stays. False when it has done so too often. */
  putOff(error: UpstreamError): boolean {
    if (this.run.putOffs >= putOffsMax) return false;
    const notBeforeMs = this.nowMs + (error.retryAfterMs ?? 0);
    this.run = withLog({ ...this.run, putOffs: this.run.putOffs + 1, notBeforeMs }, this.#line('warn', error.message));
    return true;
  }

  async #ask<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      const result = await ask();
      const { failingSinceMs: _, ...answered } = this.run;
      this.run = answered;
      return result;
    } catch (error) {
      if (!(error instanceof UpstreamError && error.isRetryable)) throw error;
      const failingSinceMs = this.run.failingSinceMs ?? this.nowMs;
      if (this.nowMs - failingSinceMs >= failingMsMax) throw error;
      const notBeforeMs = this.nowMs + (error.retryAfterMs ?? 0);
      this.run = withLog({ ...this.run, failingSinceMs, notBeforeMs }, this.#line('warn', error.message));
      return undefined;
    }
  }

  async #forget(step: string): Promise<void> {
    const { [step]: _, ...steps } = this.run.steps;
    await this.#save({ ...this.run, steps });
  }

  async #record(step: string, result: unknown, message: string): Promise<void> {
    const steps = { ...this.run.steps, [step]: result as Json };
    await this.#save(withLog({ ...this.run, steps }, this.#line('info', message)));
  }

  async #save(run: StageRun): Promise<void> {
    this.run = await saveStageRun(this.#around.backend, run);
  }

  #line(level: 'info' | 'warn', message: string) {
    this.#around.log[level](message, { stage: this.run.stage, iteration: this.run.iteration });
    return { timeMs: this.nowMs, level, message };
  }
}
