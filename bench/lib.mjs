// What every benchmark shares: sides that take turns, medians, hashed answers, a table, targets, a
// JSON file.
//
// Rules: the sides run in turn inside each repetition, in an order drawn anew, so that a slow
// minute hits all alike; the constants of a question change from one repetition to the next, alike
// for all sides, so that no cache of results can answer; every answer is hashed, and sides that
// should agree are compared. Raw samples go to build/bench/NAME.json.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The arguments every benchmark takes: { small, seed }. */
export function benchOptions() {
  const { values } = parseArgs({
    options: { small: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
  });
  return { small: values.small, seed: Number(values.seed) };
}

/** A seeded source of numbers in [0, 1) (mulberry32). */
export function seeded(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The middle value; of an even number the mean of the two. */
export function median(samples) {
  return quantile(samples, 0.5);
}

/** The q-quantile by linear interpolation. */
export function quantile(samples, q) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low);
}

/** Names an answer: 16 hex digits of SHA-256 over the bytes, or over the JSON of anything else. */
export function answerHash(answer) {
  const bytes =
    typeof answer === 'string' || Buffer.isBuffer(answer) ? answer : JSON.stringify(answer);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/**
 * Runs the sides in turn. Each side is { name, run(constants, repetition) } where run resolves to
 * { value, answer }, or to just an answer, which is then timed in milliseconds.
 * `constants(repetition, random)` draws what all sides get.
 * Returns { name: { samples, answers } }; the first `warmup` repetitions are not kept.
 */
export async function interleave(
  sides,
  { repetitions = 7, warmup = 1, seed = 1, constants = () => ({}) } = {},
) {
  const random = seeded(seed);
  const results = Object.fromEntries(
    sides.map((side) => [side.name, { samples: [], answers: [] }]),
  );
  for (let repetition = -warmup; repetition < repetitions; repetition++) {
    const drawn = constants(repetition, random);
    const order = sides.map((side) => [random(), side]).sort((a, b) => a[0] - b[0]);
    for (const [, side] of order) {
      const begun = performance.now();
      const outcome = await side.run(drawn, repetition);
      const elapsed = performance.now() - begun;
      const measured = outcome !== null && typeof outcome === 'object' && 'value' in outcome;
      if (repetition < 0) continue;
      results[side.name].samples.push(measured ? outcome.value : elapsed);
      results[side.name].answers.push(answerHash((measured ? outcome.answer : outcome) ?? null));
    }
  }
  return results;
}

/** Collects what one benchmark finds; end() prints it and writes the JSON file. */
export class Report {
  constructor(name, options) {
    this.name = name;
    this.options = options;
    this.rows = [];
    this.targets = [];
    this.wrong = [];
  }

  /** A row of the table from samples of one unit, with the answers' hashes if there are any. */
  row(label, unit, samples, answers = []) {
    this.rows.push({
      label,
      unit,
      median: median(samples),
      p10: quantile(samples, 0.1),
      p90: quantile(samples, 0.9),
      samples,
      answers,
    });
  }

  /** All rows of an interleaved run. */
  rowsOf(results, unit, prefix = '') {
    for (const [name, { samples, answers }] of Object.entries(results)) {
      this.row(prefix + name, unit, samples, answers);
    }
  }

  /** The sides must have given the same answer in every repetition, or the benchmark fails. */
  mustAgree(results, ...names) {
    const [first, ...others] = names;
    for (const other of others) {
      results[first].answers.forEach((answer, i) => {
        if (answer !== results[other].answers[i])
          this.wrong.push(`${first} and ${other} differ in repetition ${i}`);
      });
    }
  }

  /** One target: op is "<=" or ">=". */
  target(name, value, op, limit) {
    const ok = op === '<=' ? value <= limit : value >= limit;
    this.targets.push({ name, value: round(value), op, limit, ok });
  }

  end() {
    const folder = join(root, 'build', 'bench');
    mkdirSync(folder, { recursive: true });
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, when: new Date().toISOString() };
    const { name, options, rows, targets, wrong } = this;
    writeFileSync(
      join(folder, `${name}.json`),
      JSON.stringify({ name, options, machine, rows, targets, wrong }, null, 1),
    );

    const width = Math.max(12, ...rows.map((row) => row.label.length));
    console.log(`\n${name}${options.small ? ' (small)' : ''}, seed ${options.seed}`);
    const heads = ['median', 'p10', 'p90'].map((head) => head.padStart(11)).join(' ');
    console.log(`${''.padEnd(width)} ${heads}  unit  n`);
    for (const row of rows) {
      const numbers = [row.median, row.p10, row.p90]
        .map((v) => String(round(v)).padStart(11))
        .join(' ');
      console.log(`${row.label.padEnd(width)} ${numbers}  ${row.unit}  ${row.samples.length}`);
    }
    new Set(wrong).forEach((line) => console.log(`WRONG ${line}`));
    console.log();
    for (const t of targets) {
      console.log(`TARGET ${t.name} ${t.value} ${t.op} ${t.limit} ${t.ok ? 'ok' : 'short'}`);
    }
    if (wrong.length > 0) process.exitCode = 1;
  }
}

function round(value) {
  return Number(value.toPrecision(4));
}

/** The proportional set size of a process and its descendants, in bytes. */
export function proportionalSetSize(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  let bytes = Number(/^Pss: +(\d+) kB$/m.exec(rollup)[1]) * 1024;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  for (const child of children.split(' ').filter(Boolean)) {
    bytes += proportionalSetSize(Number(child));
  }
  return bytes;
}
