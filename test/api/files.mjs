/* files — small files for the tests of imports, made by hand; and what is in the database after
 * one. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

/* Lines of orders with what real files bring: a cancellation, an adjustment, no customer, a price
 * of nothing, an exact repeat, an invoice with two times, ids written 17850.0, commas in quotes, a
 * line that is broken in each of several ways. */
export const LINES = `Invoice No,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,X
1001,A1,"Cup, blue",6,2024-03-01 10:00:00,2.55,17850.0,UK
1001,A2,Plate,2,2024-03-01 10:00:00,3.125,17850.0,UK
1001,A2,Plate,2,2024-03-01 10:00:00,3.125,17850.0,UK
1002,A1,"Cup, blue",1,2024-03-02 11:00:00,2.55,17851.0,UK
1002,A3,Tiny,3,2024-03-02 11:01:00,0.001,17851.0,UK
C1003,A1,"Cup, blue",-6,2024-03-03 12:00:00,2.55,17850.0,UK
A1004,B,Adjust bad debt,1,2024-03-04 12:00:00,-20.50,,UK
1005,A2,,-4,2024-03-05 12:00:00,0.0,,UK
1006,A1,"Cup, blue",10,2024-03-06 12:00:00,2.55,,UK
1007,A1,"Cup, blue",x,2024-03-07 12:00:00,2.55,17850.0,UK
1007,A1,"Cup, blue",1,yesterday,2.55,17850.0,UK
1007,A1,"Cup, blue",1,2024-03-07 12:00:00,2.55
,A1,"Cup, blue",1,2024-03-07 12:00:00,2.55,17850.0,UK
1007,A2,Plate,1,2024-03-07 12:00:00,4.00,17850.0,UK
1001,A3,Tiny,1,2024-03-01 10:05:00,1.00,17850.0,UK
`;

export const CUSTOMERS = `客户编号,昵称,姓名,手机号,性别,生日,城市,标签,跟进人,添加时间
9001,阿明,王小明,13800138001,男,1990-05-01,杭州,VIP、老客,anna,2024-01-05 09:00:00
9002,小红,李红,+86 138-0013-8002,女,1985/12/31,宁波,,ben,2024-01-06 09:00:00
9003,无名,,138****8003,,,,,nobody,
9004,,赵四,13800138004,未知,2999-01-01,,,,
,路人,,,,,,,,
9005,小蓝,,13800138005,F,,杭州,新客,,
`;

export const EVENTS = `event_time,event_type,product_id,category_code,price,user_id,user_session
2024-03-01 00:00:00 UTC,view,P1,cups,2.50,77,s1
2024-03-01 00:00:00 UTC,view,P1,cups,2.50,77,s1
2024-03-01 00:01:00 UTC,cart,P1,cups,2.50,77,s1
2024-03-01 00:02:00 UTC,purchase,P1,cups,2.50,77,s1
2024-03-01 00:03:00 UTC,Wish List,P2,,9.00,78,s2
2024-03-01 00:04:00 UTC,view,P2,,9.00,,s2
2024-03-01 00:05:00 UTC,vie
`;

/* Writes a file beside the data directory of a test. */
export function file(koi, name, content) {
  const path = join(dirname(koi.data), name);
  writeFileSync(path, content);
  return path;
}

/* Uploads bytes and gives the upload. */
export async function upload(caller, name, content) {
  const reply = await caller.call('POST', '/api/uploads', undefined, {
    raw: Buffer.from(content),
    headers: {
      'x-file-name': encodeURIComponent(name),
      'content-type': 'application/octet-stream',
    },
    expect: 201,
  });
  return reply.body;
}

/* Uploads, imports, waits: the job. */
export async function importFile(caller, kind, name, content, more = {}) {
  const { id } = await upload(caller, name, content);
  const { job } = await caller.post(
    '/api/imports',
    { upload_id: id, kind, dry_run: false, ...more },
    202,
  );
  const done = await caller.job(job.id);
  assert.equal(done.state, 'done', JSON.stringify(done.error));
  return done;
}

/* Everything an import brings, by its own names and without ids, so that two databases can be
 * compared. */
const DUMP = `
SELECT 'order', o.number, o.nature, o.state, o.at_s, o.paid_s, o.total_fen, o.sale_fen,
  o.refunded_fen, o.lines, i.value
  FROM orders o LEFT JOIN identity i ON i.customer_id = o.customer_id AND i.kind = 'buyer'
  ORDER BY 2, 11;
SELECT 'item', o.number, t.line, p.code, t.at_s, t.quantity, t.unit_price_micro, t.amount_fen,
  t.nature, i.value
  FROM order_item t JOIN orders o ON o.id = t.order_id LEFT JOIN product p ON p.id = t.product_id
  LEFT JOIN identity i ON i.customer_id = t.customer_id AND i.kind = 'buyer' ORDER BY 2, 3;
SELECT 'event', e.kind, e.at_s, e.amount_fen, o.number, p.code, i.value
  FROM event e LEFT JOIN orders o ON o.id = e.object_id AND e.object_kind = 6
  LEFT JOIN product p ON p.id = e.object_id AND e.object_kind = 7
  LEFT JOIN identity i ON i.customer_id = e.customer_id AND i.kind = 'buyer'
  WHERE e.kind <> 43 ORDER BY 2, 3, 4, 5, 6, 7;
SELECT 'customer', i.kind, i.value, c.first_s, s.orders, s.spend_fen, s.first_order_s,
  s.last_order_s
  FROM identity i JOIN customer c ON c.id = i.customer_id 
  LEFT JOIN customer_stats s ON s.customer_id = c.root_id ORDER BY 2, 3, 4;
SELECT 'product', code, name, category FROM product ORDER BY 2;
SELECT 'retracted', count(*) FROM event WHERE kind = 43;
SELECT 'batch', lines, added, known, rejected, state FROM batch ORDER BY id;`;

export function dump(koi) {
  const more = { encoding: 'utf8', maxBuffer: 1 << 28 };
  return koi.engine === 'sqlite'
    ? execFileSync('sqlite3', [join(koi.data, 'koi.db'), '.timeout 5000', DUMP], more)
    : execFileSync('psql', [koi.env.KOI_DATABASE_URL, '-qXAt', '-F', '|', '-c', DUMP], more);
}

/* How many rows of each kind there are. */
export async function counts(koi) {
  const tables = [
    'orders',
    'order_item',
    'refund',
    'customer',
    'identity',
    'product',
    'customer_tag',
    'customer_stats',
    'relation',
  ];
  const text = await koi.sql(tables.map((t) => `SELECT '${t}', count(*) FROM ${t};`).join(''));
  return Object.fromEntries(
    text.split('\n').map((line) => {
      const [name, n] = line.split('|');
      return [name, Number(n)];
    }),
  );
}

/* A green PNG of that size, with words behind its end. */
export function pngOf(width, height) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8); // eight bits, RGB
  const row = Buffer.concat([Buffer.alloc(1), Buffer.alloc(width * 3).fill('\x00\x80\x40')]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(Array(height).fill(row)))),
    chunk('IEND', Buffer.alloc(0)),
    Buffer.from('hidden words'),
  ]);
}
