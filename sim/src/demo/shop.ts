// The shop of the live demo: orders of those who are about, handed to Koi as a shop hands them, by
// files of orders over the public API, a few orders a file.
import type { Life } from './acts.ts';
import type { Koi } from './koi.ts';

interface Product {
  issuer: string;
  code: string;
  name: string;
  price_fen: number | null;
}

const CHANNEL = '小程序'; // whose codes the demo's products have
const header = '订单编号,external_userid,下单时间,商品编码,商品名称,数量,单价';
const mapping = {
  number: '订单编号',
  external_userid: 'external_userid',
  time: '下单时间',
  code: '商品编码',
  product: '商品名称',
  quantity: '数量',
  price: '单价',
  options: { channel: CHANNEL },
};

export class Shop {
  private readonly koi: Koi;
  private readonly run: number; // of the demo: order numbers of two runs differ
  private products: Product[] = [];
  private waiting: string[] = [];
  private orders = 0;

  constructor(koi: Koi, run: number) {
    this.koi = koi;
    this.run = run;
  }

  async open(): Promise<void> {
    const { items } = await this.koi.get<{ items: Product[] }>('/api/products?limit=200');
    this.products = items.filter((p) => p.issuer === CHANNEL && p.price_fen !== null);
    if (this.products.length === 0) throw new Error('the demo corp has no products');
  }

  /** Somebody buys one or two things. Known to Koi at the next hand(). */
  buy(life: Life, at_s: number): void {
    const who = life.buyer();
    if (!who) return;
    const number = `LIVE${this.run}-${++this.orders}`;
    for (let n = 0; n < 1 + life.below(2); n++) {
      const p = this.products[life.below(this.products.length)];
      if (!p) continue;
      const yuan = ((p.price_fen ?? 0) / 100).toFixed(2);
      this.waiting.push(
        `${number},${who},${at_s},${p.code},${p.name},${1 + life.below(2)},${yuan}`,
      );
    }
  }

  /** Hands over what was bought; how many lines. */
  async hand(): Promise<number> {
    const lines = this.waiting;
    if (lines.length === 0) return 0;
    this.waiting = [];
    const csv = `${[header, ...lines].join('\n')}\n`;
    await this.koi.importOrders(`小程序订单-${this.run}-${this.orders}.csv`, csv, mapping);
    return lines.length;
  }
}
