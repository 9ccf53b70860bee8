// Koi as a program beside the simulator: started, asked by its public API with a token, ended.
import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TOKEN_NAME = 'simulator';
const STOP_MS = 30_000;

/** An error that Koi answered with. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(`${status}: ${text.slice(0, 300)}`);
    this.status = status;
  }
}

interface Job {
  id: string;
  state: string;
}

export class Koi {
  port = 0;
  private readonly bin: string;
  private readonly data: string;
  private child: ChildProcess | undefined;
  private token = '';
  private ended: Promise<number> = Promise.resolve(0);

  constructor(bin: string, data: string) {
    this.bin = bin;
    this.data = data;
  }

  /** Starts `koi serve` and waits until it listens; what it prints for people goes on to `print`. */
  async serve(
    args: string[],
    env: Record<string, string>,
    print: (text: string) => void,
  ): Promise<void> {
    // A group of its own: Ctrl-C reaches the simulator, which ends both in order.
    const child = spawn(this.bin, ['serve', '--data', this.data, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    this.child = child;
    this.ended = new Promise((resolve) => {
      child.once('error', () => resolve(1));
      child.once('close', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
    });
    process.once('exit', () => child.kill('SIGTERM'));
    await new Promise<void>((resolve, reject) => {
      void this.ended.then(() => reject(new Error('koi serve ended')));
      child.stdout.on('data', (piece: Buffer) => {
        const text = piece.toString();
        const line = /\{"event":"listening","port":(\d+)\}\n?/.exec(text);
        if (line) this.port = Number(line[1]);
        print(text);
        if (line) resolve();
      });
    });
  }

  /** Resolves with its exit code when it has ended, by itself or by stop(). */
  over(): Promise<number> {
    return this.ended;
  }

  async stop(): Promise<number> {
    const { child } = this;
    this.child = undefined;
    child?.kill('SIGTERM');
    const hard = setTimeout(() => child?.kill('SIGKILL'), STOP_MS);
    const code = await this.ended;
    clearTimeout(hard);
    return code;
  }

  /** `koi ARGS`, on the running server or on the data; its output as JSON. */
  private async command(...args: string[]): Promise<Record<string, unknown>> {
    const { stdout } = await run(this.bin, [...args, '--data', this.data, '--json'], {
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  }

  /** A token that may do what the live demo does. It goes with revoke(). */
  async signIn(): Promise<void> {
    const accounts = (await this.command('account', 'list')) as {
      items: { id: string; login: string; role: string }[];
    };
    const admins = accounts.items.filter((a) => a.role === 'administrator');
    const who = admins.find((a) => a.login === 'admin') ?? admins[0];
    if (!who) throw new Error('no administrator: run koi demo first');
    await this.revoke();
    const permissions = 'system,import,code_write,report_read,order_read,staff_read,customer_read';
    const made = await this.command(
      ...['token', 'add', TOKEN_NAME, '--account', who.id, '--permissions', permissions],
    );
    this.token = String(made['token']);
  }

  /** Takes back the tokens that runs of this demo made. */
  async revoke(): Promise<void> {
    const { items } = (await this.command('token', 'list')) as {
      items: { id: string; name: string; revoked_s: number | null }[];
    };
    for (const t of items) {
      if (t.name !== TOKEN_NAME || t.revoked_s) continue;
      await run(this.bin, ['token', 'revoke', t.id, '--data', this.data]);
    }
  }

  private async ask<T>(method: string, path: string, init: RequestInit): Promise<T> {
    const headers = { authorization: `Bearer ${this.token}`, ...(init.headers as object) };
    const reply = await fetch(`http://127.0.0.1:${this.port}${path}`, { ...init, method, headers });
    const text = await reply.text();
    if (!reply.ok) throw new Refused(reply.status, text);
    return (text === '' ? {} : JSON.parse(text)) as T;
  }

  get<T>(path: string): Promise<T> {
    return this.ask('GET', path, {});
  }

  post<T>(path: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return this.ask('POST', path, { body: JSON.stringify(body), headers });
  }

  /** Takes a file of orders in, as a shop's export; waits until it is in. */
  async importOrders(name: string, csv: string, mapping: object): Promise<void> {
    const headers = {
      'content-type': 'application/octet-stream',
      'x-file-name': encodeURIComponent(name),
    };
    const { id } = await this.ask<{ id: string }>('POST', '/api/uploads', { body: csv, headers });
    const { job } = await this.post<{ job: Job }>('/api/imports', {
      ...{ upload_id: id, kind: 'orders', dry_run: false, mapping },
    });
    await this.follow(job.id);
  }

  /** Waits for the end of a job; a job that failed is an error. */
  async follow(id: string): Promise<void> {
    for (;;) {
      const job = await this.get<Job>(`/api/jobs/${id}`);
      if (job.state === 'done') return;
      if (job.state === 'failed' || job.state === 'stopped') throw new Error(`job ${job.state}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
