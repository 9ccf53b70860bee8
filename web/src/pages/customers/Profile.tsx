import { Button, DatePicker, Form, Input, Select, Space, Switch } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { type CustomerDetail, type CustomerPatch, customers } from '@/api/customers';
import { useMay } from '@/app/session';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import type { DetailProps } from './CustomerDrawer';
import { CustomFields } from './CustomFields';
import { EraseButton } from './EraseButton';
import { Identities } from './Identities';
import { Unmask } from './Unmask';

interface Values {
  nickname?: string;
  gender?: 'male' | 'female';
  birth_day: Dayjs | null;
  province?: string;
  city?: string;
  no_marketing: boolean;
}

export function Profile(props: DetailProps) {
  const { t } = useI18n();
  const may = useMay();
  const { customer } = props;
  return (
    <div className="page-stack">
      <Basics key={props.etag} {...props} />
      <CustomFields {...props} />
      <section>
        <h3>{t('customer.personal')}</h3>
        <p>
          {t('customer.name')}：<Unmask customer={customer} field="name" />
        </p>
        <p>
          {t('customer.address')}：<Unmask customer={customer} field="address" />
        </p>
      </section>
      <Identities customer={customer} />
      {may('customer_erase') && <EraseButton {...props} />}
    </div>
  );
}

function Basics({ customer, etag, changed }: DetailProps) {
  const { t } = useI18n();
  const may = useMay();
  const { busy, run } = useAction();
  const save = async (values: Values) => {
    const ok = await run(() => customers.patch(customer.id, toPatch(values), etag), t('saved'));
    if (ok) changed();
  };
  return (
    <Form<Values>
      layout="vertical"
      disabled={!may('customer_write')}
      initialValues={fromCustomer(customer)}
      onFinish={(values) => void save(values)}
      className="grid-form"
    >
      <Form.Item name="nickname" label={t('customer.nickname')}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="gender" label={t('customer.gender')}>
        <Select
          allowClear
          options={(['female', 'male'] as const).map((value) => ({ value, label: t(`gender.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="birth_day" label={t('customer.birth_day')}>
        <DatePicker />
      </Form.Item>
      <Form.Item name="province" label={t('customer.province')}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name="city" label={t('customer.city')}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name="no_marketing" label={t('customer.no_marketing')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Space>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('action.save')}
        </Button>
      </Space>
    </Form>
  );
}

const fromCustomer = (customer: CustomerDetail) => ({
  nickname: customer.nickname ?? undefined,
  gender: customer.gender ?? undefined,
  birth_day: customer.birth_day ? dayjs(customer.birth_day) : null,
  province: customer.province ?? undefined,
  city: customer.city ?? undefined,
  no_marketing: customer.no_marketing,
});

const toPatch = (values: Values): CustomerPatch => ({
  nickname: values.nickname || null,
  gender: values.gender ?? null,
  birth_day: values.birth_day?.format('YYYY-MM-DD') ?? null,
  province: values.province || null,
  city: values.city || null,
  no_marketing: values.no_marketing,
});
