// Sends events to the callback address, one after the other, as WeCom does: 5 s for an answer, then
// three more tries after a timeout or a broken connection, none after an HTTP status. Faults (lost,
// doubled, out of order, late) are decided when the event happens, by the seed, and journaled; what
// the network made of it is in `deliveries`.
import { request } from 'node:http';
import { decrypt, encrypt, getSignature } from '@wecom/crypto';
import { chance, between, hex } from '../base/rng.ts';
import type { CallbackEvent } from '../corp/types.ts';
import type { World } from '../corp/world.ts';
import type { Weather } from '../weather.ts';
import { envelopeXml, eventXml } from './xml.ts';

const TRIES = 4;

export interface Address {
  url: string;
  token: string;
  aes_key: string;
  timeout_ms: number;
  agentid: string;
}

export interface Delivery {
  n: number; // the event's number
  event: string;
  change: string;
  xml: string;
  tries: number;
  result: 'waiting' | 'lost' | 'delivered' | 'status' | 'failed';
  status?: number;
}

interface Letter {
  delivery: Delivery;
  at_s: number;
}

export class Sender {
  address: Address | undefined;
  readonly deliveries: Delivery[] = [];
  private readonly world: World;
  private readonly weather: () => Weather;
  private events = 0;
  private queue: Letter[] = [];
  private held: Letter[] = [];
  private working = false;
  private idle: (() => void)[] = [];
  private stopped = false;

  constructor(world: World, weather: () => Weather) {
    this.world = world;
    this.weather = weather;
  }

  /** An event happened in a client. */
  emit(event: CallbackEvent): void {
    const n = ++this.events;
    const { world } = this;
    const w = this.weather();
    const roll = (what: string, part: number): boolean =>
      part > 0 && chance(world.seed, 'callback', what, n) < part;
    const fate = {
      lost: roll('lost', w.callback_lost),
      doubled: roll('doubled', w.callback_doubled),
      reordered: roll('reordered', w.callback_reordered),
      late_s: roll('late', w.callback_late)
        ? between(1, w.callback_late_s, world.seed, 'by', n)
        : 0,
    };
    const fields = Object.fromEntries(event.fields);
    world.journal.add('callback', event.change, { n, event: event.event, fields, ...fate });
    const xml = eventXml(world.corpid, world.now(), event);
    const made = (): Letter => {
      const delivery: Delivery = {
        n,
        event: event.event,
        change: event.change,
        xml,
        tries: 0,
        result: fate.lost ? 'lost' : 'waiting',
      };
      this.deliveries.push(delivery);
      return { delivery, at_s: world.now() };
    };
    if (!this.address) return;
    const letters = fate.doubled && !fate.lost ? [made(), made()] : [made()];
    if (fate.lost) return;
    if (fate.late_s > 0) {
      world.clock.at(world.clock.ms() + fate.late_s * 1000, () => this.post(letters));
    } else if (fate.reordered) {
      this.held.push(...letters);
    } else {
      this.post(letters);
    }
  }

  /** Those held back for being out of order go after the next one that is not. */
  private post(letters: Letter[]): void {
    this.queue.push(...letters, ...this.held.reverse());
    this.held = [];
    void this.work();
  }

  /** Sends what is held back, and waits until nothing is on its way. Late ones stay late. */
  async drain(): Promise<void> {
    this.post([]);
    if (!this.working) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  stop(): void {
    this.stopped = true;
    this.queue = [];
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (let letter = this.queue.shift(); letter; letter = this.queue.shift()) {
      await this.deliver(letter);
    }
    this.working = false;
    for (const done of this.idle.splice(0)) done();
  }

  private async deliver({ delivery, at_s }: Letter): Promise<void> {
    const { address } = this;
    if (!address) return;
    const { seed, corpid } = this.world;
    const nonce = hex(10, seed, 'nonce', delivery.n);
    const random = Buffer.from(hex(16, seed, 'random', delivery.n));
    const secret = encrypt(address.aes_key, delivery.xml, corpid, random);
    const query = signed(address.token, at_s, nonce, secret);
    const body = envelopeXml(corpid, address.agentid, secret);
    while (delivery.tries < TRIES && !this.stopped) {
      delivery.tries++;
      const answer = await call(address, 'POST', query, body);
      if (answer.status === 0) continue;
      delivery.status = answer.status;
      delivery.result = answer.status === 200 ? 'delivered' : 'status';
      return;
    }
    delivery.result = 'failed';
  }

  /** Asks the address to prove itself, as the console does when it is saved; says what is wrong. */
  async verify(address: Address): Promise<string> {
    const { seed, corpid } = this.world;
    const n = this.world.count('verify');
    const nonce = hex(10, seed, 'verify', n);
    const plain = String(between(1e15, 9e15, seed, 'echo', n));
    const secret = encrypt(address.aes_key, plain, corpid, Buffer.from(hex(16, seed, 'echo', n)));
    const query = signed(address.token, this.world.now(), nonce, secret);
    query.set('echostr', secret);
    const answer = await call(address, 'GET', query, '');
    if (answer.status !== 200) return `answered ${answer.status || 'nothing'}`;
    return answer.body === plain ? '' : 'the answer is not the decrypted echostr';
  }
}

function signed(token: string, at_s: number, nonce: string, secret: string): URLSearchParams {
  const msg_signature = getSignature(token, at_s, nonce, secret);
  return new URLSearchParams({ msg_signature, timestamp: String(at_s), nonce });
}

/** What a receiver does with a callback: for tests of receivers and of this sender. */
export function open(address: Address, query: URLSearchParams, secret: string) {
  const q = (name: string): string => query.get(name) ?? '';
  const sign = getSignature(address.token, q('timestamp'), q('nonce'), secret);
  if (sign !== q('msg_signature')) throw new Error('wrong signature');
  return decrypt(address.aes_key, secret);
}

/** One request; status 0 is a broken connection or a timeout. */
function call(
  address: Address,
  method: string,
  query: URLSearchParams,
  body: string,
): Promise<{ status: number; body: string }> {
  const url = new URL(address.url);
  for (const [k, v] of query) url.searchParams.set(k, v);
  return new Promise((resolve) => {
    const headers = body
      ? { 'Content-Type': 'text/xml', 'Content-Length': Buffer.byteLength(body) }
      : {};
    const req = request(url, { method, headers, timeout: address.timeout_ms }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('error', () => resolve({ status: 0, body: '' }));
      res.on('end', () => {
        resolve({ status: res.statusCode ?? 0, body: Buffer.concat(parts).toString() });
      });
    });
    req.on('timeout', () => req.destroy(new Error('timeout')));
    req.on('error', () => resolve({ status: 0, body: '' }));
    req.end(body);
  });
}
