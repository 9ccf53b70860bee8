/* Server-sent events: a job's stream tells its states, ends with it, and with the session. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { each, start, until } from './harness.mjs';

/* Opens a stream; `events` grows as they come. */
function follow(caller, path) {
  const stream = { events: [], ended: false, status: null };
  const headers = { accept: 'text/event-stream', cookie: caller.cookie };
  stream.request = http.get(
    { host: '127.0.0.1', port: caller.server.port, path, headers },
    (reply) => {
      stream.status = reply.statusCode;
      stream.type = reply.headers['content-type'];
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (piece) => {
        text += piece;
        for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
          const block = text.slice(0, at);
          text = text.slice(at + 2);
          const data = /^data: (.*)$/m.exec(block);
          if (data)
            stream.events.push({
              event: /^event: (.*)$/m.exec(block)?.[1],
              data: JSON.parse(data[1]),
            });
        }
      });
      reply.on('close', () => (stream.ended = true));
    },
  );
  stream.request.on('error', () => (stream.ended = true));
  return stream;
}

each('event streams', (engine) => {
  test('follow a job to its end', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const { job } = await admin.post('/api/rfm/run', {}, 202);
    const stream = follow(admin, `/api/jobs/${job.id}/events`);
    await until(() => stream.ended, 'the end of the stream');
    assert.equal(stream.status, 200);
    assert.match(stream.type, /text\/event-stream/);
    const last = stream.events.at(-1);
    assert.equal(last.event, 'job');
    assert.equal(last.data.id, job.id);
    assert.ok(['done', 'failed'].includes(last.data.state), JSON.stringify(last));
    const plain = await admin.get(`/api/jobs/${job.id}/events`);
    assert.equal(plain.id, job.id, 'without Accept the same as JSON');
  });

  test('200 streams do not keep the server from stopping or answering', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const id = await waitingJob(koi, admin);
    const streams = Array.from({ length: 200 }, () => follow(admin, `/api/jobs/${id}/events`));
    await until(() => streams.every((s) => s.events.length > 0), 'the first event of each', 30000);
    const began = performance.now();
    for (let i = 0; i < 50; i++) await admin.patch('/api/session', { language: 'en' });
    assert.ok(performance.now() - began < 10000);
    const { text } = await admin.call('GET', '/metrics');
    assert.match(text, /koi_event_streams 200/);
    await koi.stop();
    await until(() => streams.every((s) => s.ended), 'their end');
  });

  test('a session that ends takes its streams along', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const other = await koi.signIn('administrator');
    const id = await waitingJob(koi, admin);
    const stream = follow(other, `/api/jobs/${id}/events`);
    await until(() => stream.events.length > 0, 'the first event');
    const began = Date.now();
    await admin.patch(`/api/accounts/${other.account.id}`, { disabled: true });
    await until(() => stream.ended, 'the end of the stream');
    assert.ok(Date.now() - began < 5000);
    assert.equal(stream.events.at(-1).event, 'error');
  });
});

/* A job of a kind that nobody runs: it waits for ever. */
async function waitingJob(koi, admin) {
  await koi.sql(
    `INSERT INTO job (id, kind, state, title, detail, account_id, created_us) VALUES (77, 'nobody', 'waiting', 'waits', '{}', ${admin.account.id}, 1)`,
  );
  return 77;
}
