// A peer in a process of its own, so that engines do not share an allocator and its memory can be
// told. Run by Peer below with the peer's name; speaks over the channel of fork(). Questions are
// timed here, around the engine's own call: what the channel costs is not the peer's.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { proportionalSetSize } from '../lib.mjs';

const self = fileURLToPath(import.meta.url);

/** A peer as the benchmark sees it: about(), load(), open(), ask(), memory(), bytes(), close(). */
export class Peer {
  constructor(name, place) {
    Object.assign(this, { name, place, waiting: new Map(), next: 0 });
    this.child = fork(self, [name], {
      execArgv: ['--no-warnings', '--max-old-space-size=2048'],
      env: { ...process.env, TZ: 'UTC' },
    });
    // An engine in the middle of a question hears of nothing. (PostgreSQL is stopped by its child.)
    if (name !== 'postgres') process.on('exit', () => this.child.kill('SIGKILL'));
    this.child.on('message', ({ id, error, result }) => {
      const [resolve, reject] = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) reject(new Error(`${name}: ${error}`));
      else resolve(result);
    });
    this.child.on('exit', (code) => {
      for (const [, reject] of this.waiting.values())
        reject(new Error(`${name} ended with ${code}`));
    });
  }

  call(what, ...args) {
    return new Promise((resolve, reject) => {
      this.waiting.set(this.next, [resolve, reject]);
      this.child.send({ id: this.next++, what, place: this.place, args });
    });
  }

  about = () => this.call('about');
  /** Gives { step: seconds }. */
  load = () => this.call('load');
  open = () => this.call('open');
  /** Gives { value: milliseconds, answer }. */
  ask = (question, constants, layout) => this.call('ask', question, constants, layout);
  memory = () => this.call('memory');
  bytes = () => this.call('bytes');

  async close() {
    await this.call('close');
    this.child.disconnect();
  }
}

const calls = {
  about: (peer) => peer.about(),
  async load(peer, place) {
    const seconds = {};
    await peer.load(place, async (name, run) => {
      const begun = performance.now();
      await run();
      seconds[name] = (performance.now() - begun) / 1000;
    });
    return seconds;
  },
  open: (peer, place) => peer.open(place),
  async ask(peer, place, question, constants, layout) {
    const begun = performance.now();
    const answer = await peer.ask[question](constants, layout);
    return { value: performance.now() - begun, answer };
  },
  memory: (peer) => peer.pids().reduce((sum, pid) => sum + proportionalSetSize(pid), 0),
  bytes: (peer, place) => peer.bytes(place),
  close: (peer) => peer.close(),
};

if (process.argv[1] === self && process.send) {
  const peer = await import(`./peers/${process.argv[2]}.mjs`);
  let opened = false;
  // A signal to the whole group is the benchmark's to answer: it ends, and that is heard below.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  process.on('disconnect', async () => {
    // The benchmark ended or was ended: a server of the peer's must not outlive it.
    if (opened) await peer.close();
    process.exit();
  });
  process.on('message', async ({ id, what, place, args }) => {
    try {
      opened = what === 'open' || (opened && what !== 'close');
      process.send({ id, result: (await calls[what](peer, place, ...args)) ?? null });
    } catch (error) {
      process.send({ id, error: String(error?.stack ?? error) });
    }
  });
}
