import { Form, InputNumber } from 'antd';
import { useState } from 'react';
import { type Product, products } from '@/api/catalogue';
import { FormModal } from '@/components/FormModal';
import { RemoteSelect } from '@/components/list/RemoteSelect';
import { useI18n } from '@/i18n/I18nProvider';

interface Values {
  price: number | null;
  cost: number | null;
}

const microPerYuan = 1_000_000;

/** List price and cost of a product, which no import tells. What is left empty is taken back. */
export function ProductCost({ done, onClose }: { done: () => void; onClose: () => void }) {
  const { t } = useI18n();
  const [found, setFound] = useState<Product[]>([]);
  const [id, setId] = useState<string>();
  const chosen = found.find((product) => product.id === id);
  const load = async (q: string, signal: AbortSignal) => {
    const { items } = await products.list({ q, limit: 50 }, signal);
    setFound((old) => [...old.filter((one) => !items.some((item) => item.id === one.id)), ...items]);
    return items.map(({ id: value, code, name }) => ({ value, label: `${name} (${code})` }));
  };
  const save = async ({ price, cost }: Values) => {
    if (id === undefined) throw new Error(t('product.choose'));
    await products.patch(id, {
      price_fen: price === null ? null : Math.round(price * 100),
      cost_micro: cost === null ? null : Math.round(cost * microPerYuan),
    });
  };
  return (
    <FormModal<Values> title={t('product.costs')} save={save} done={done} onClose={onClose}>
      <Form.Item label={t('product.name')} required>
        <RemoteSelect
          className="full-width"
          label={t('product.choose')}
          load={load}
          value={id}
          onChange={setId}
        />
      </Form.Item>
      {chosen && <Figures key={chosen.id} product={chosen} />}
    </FormModal>
  );
}

function Figures({ product }: { product: Product }) {
  const { t } = useI18n();
  const { price_fen, cost_micro } = product;
  return (
    <>
      <Form.Item
        name="price"
        label={t('product.list_price')}
        initialValue={price_fen === null ? null : price_fen / 100}
        preserve={false}
      >
        <InputNumber className="full-width" min={0} precision={2} />
      </Form.Item>
      <Form.Item
        name="cost"
        label={t('product.unit_cost')}
        initialValue={cost_micro === null ? null : cost_micro / microPerYuan}
        preserve={false}
      >
        <InputNumber className="full-width" min={0} precision={4} />
      </Form.Item>
    </>
  );
}
