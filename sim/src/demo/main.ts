// node src/demo/main.ts --koi PROGRAM --data FOLDER [--pace N] [-- arguments of `koi serve`]
//
// The demo corp live: this simulator with Koi's demo corp in it, Koi connected to it by environment
// (no setting is stored), and people who come, talk, join and buy until Ctrl-C ends both. What
// happened in the simulator is kept in FOLDER/simulator.kept, so that the next run goes on.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ident } from '../base/rng.ts';
import { control } from '../control/table.ts';
import { keep, restore } from '../corp/keep.ts';
import { type Running, start } from '../server.ts';
import { Sim } from '../sim.ts';
import { actsAMinute, Life } from './acts.ts';
import { makeCodes } from './codes.ts';
import { loadCorp } from './corp.ts';
import { Koi } from './koi.ts';
import { Shop } from './shop.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    koi: { type: 'string' },
    data: { type: 'string' },
    pace: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    'sim-port': { type: 'string', default: '18070' },
  },
});

const WELCOME = '你好 {name}，很高兴认识你！有什么想喝的，随时问我。';
const KEEP_MS = 30_000;
const HAND_MS = 90_000; // between two files of orders, at pace 1
const BUY = 0.2; // part of the acts beside which somebody buys

const locale = ['KOI_LANGUAGE', 'LC_ALL', 'LC_MESSAGES', 'LANG'].map((n) => process.env[n]);
const chinese = locale.find((v) => v)?.startsWith('zh') ?? false;
const say = (zh: string, en: string): void => void process.stdout.write(`${chinese ? zh : en}\n`);

class Live {
  readonly koi: Koi;
  private readonly seed: number;
  private readonly pace: number;
  private readonly file: string;
  private running: Running | undefined;
  private stopping = false;
  private wake: () => void = () => undefined;

  constructor(bin: string, data: string, seed: number, pace: number) {
    this.koi = new Koi(bin, data);
    this.file = join(data, 'simulator.kept');
    this.seed = seed;
    this.pace = pace;
  }

  private get sim(): Sim {
    if (!this.running) throw new Error('not begun');
    return this.running.desk.sim;
  }

  /** The simulator with what was kept; whether there was anything. Its port stays where it can:
   *  addresses of codes' pictures name it. */
  private async simulate(port: number): Promise<boolean> {
    this.running = await start(port, this.seed).catch(() => start(0, this.seed));
    const none = { staff: 0, customers: 0, departments: 1, tag_groups: 0, groups: 0 };
    this.running.desk.sim.stop();
    this.running.desk.sim = new Sim(this.seed, none, Math.floor(Date.now() / 1000));
    this.sim.world.pictures = this.running.url;
    this.sim.clock.follow(1);
    if (!existsSync(this.file)) return false;
    const why = restore(this.sim.world, readFileSync(this.file));
    if (why) throw new Error(`${this.file}: ${why}; remove it, and it is made anew`);
    return true;
  }

  private environment(): Record<string, string> {
    const { world } = this.sim;
    const secret = (name: string): string => world.apps.find((a) => a.name === name)?.secret ?? '';
    return {
      KOI_WECOM_BASE_URL: this.running?.url ?? '',
      KOI_WECOM_CORP_ID: world.corpid,
      KOI_WECOM_AGENT_ID: String(world.apps.find((a) => a.name === 'koi')?.agentid ?? 0),
      KOI_WECOM_APP_SECRET: secret('koi'),
      KOI_WECOM_CONTACT_SECRET: secret('customer'),
      KOI_WECOM_DIRECTORY_SECRET: secret('contacts'),
      KOI_WECOM_TOKEN: ident('', 24, this.seed, 'callback token'),
      KOI_WECOM_AES_KEY: ident('', 43, this.seed, 'callback key'),
      KOI_WECOM_WELCOME: WELCOME,
    };
  }

  /** Both up and connected; Koi asks for everything meanwhile, as after any pause. */
  async begin(port: number, args: string[]): Promise<void> {
    const known = await this.simulate(port);
    const env = this.environment();
    await this.koi.serve(args, env, (text) => process.stdout.write(text));
    await this.koi.signIn();
    if (!known) await loadCorp(this.sim.world, this.koi);
    await control(this.running?.desk ?? { sim: this.sim }, 'POST', 'callback', {
      url: `http://127.0.0.1:${this.koi.port}/api/wecom/callback`,
      token: env['KOI_WECOM_TOKEN'],
      aes_key: env['KOI_WECOM_AES_KEY'],
    });
    await makeCodes(this.koi);
    await this.koi.post('/api/wecom/sync', {});
    this.save();
    process.stdout.write(`{"event":"live","simulator":"${this.running?.url}"}\n`);
    say(
      `  模拟的企业微信  ${this.running?.url}（好友会陆续到来，请看“今日”）\n`,
      `  simulated WeCom      ${this.running?.url} (friends keep arriving: look at Today)\n`,
    );
  }

  private save(): void {
    writeFileSync(`${this.file}.new`, keep(this.sim.world), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }

  /** Acts until it is told to stop, one after the other, at the pace of the hour. */
  async run(): Promise<void> {
    const { world } = this.sim;
    const life = new Life(world);
    const shop = new Shop(this.koi, world.count('shop'));
    await shop.open();
    let kept_ms = Date.now();
    let handed_ms = Date.now();
    while (!this.stopping) {
      await this.sleep((-Math.log(1 - life.roll()) * 60_000) / actsAMinute(world.now()));
      if (this.stopping) break;
      life.act();
      if (life.roll() < BUY) shop.buy(life, world.now());
      if (Date.now() - handed_ms > HAND_MS / this.pace) {
        await shop.hand();
        handed_ms = Date.now();
      }
      if (Date.now() - kept_ms > KEEP_MS) {
        this.save();
        kept_ms = Date.now();
      }
    }
    await shop.hand();
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms / this.pace);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  stop(): void {
    this.stopping = true;
    this.wake();
  }

  /** What is on its way arrives, then Koi ends, then what happened is kept. */
  async end(): Promise<number> {
    await this.sim.sender.drain();
    const code = await this.koi.stop();
    this.save();
    await this.koi.revoke();
    await this.running?.close();
    return code;
  }
}

const pace = Number(values.pace);
if (!values.koi || !values.data || !(pace > 0 && pace <= 1000)) {
  process.stderr.write('--koi PROGRAM --data FOLDER [--pace 0.1 … 1000] [-- serve arguments]\n');
  process.exit(64);
}
const live = new Live(values.koi, values.data, Number(values.seed), pace);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => live.stop());
let failed = 0;
try {
  await live.begin(Number(values['sim-port']), positionals);
  // Koi may end by itself, too.
  void live.koi.over().then(() => live.stop());
  await live.run();
} catch (e) {
  failed = 1;
  process.stderr.write(`${e instanceof Error ? e.message : String(e)}\n`);
}
process.exit((await live.end().catch(() => 1)) || failed);
