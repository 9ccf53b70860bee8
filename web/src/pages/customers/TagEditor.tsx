import { PlusOutlined } from '@ant-design/icons';
import { Button, Tag } from 'antd';
import { useState } from 'react';
import { customers } from '@/api/customers';
import { useMay } from '@/app/session';
import { RemoteSelect } from '@/components/list/RemoteSelect';
import { useI18n } from '@/i18n/I18nProvider';
import { tagOptions } from '@/lib/options';
import { useAction } from '@/lib/useAction';
import type { DetailProps } from './CustomerDrawer';

export function TagEditor({ customer, changed }: DetailProps) {
  const { t } = useI18n();
  const may = useMay();
  const { busy, run } = useAction();
  const [adding, setAdding] = useState(false);
  const drop = (id: string) =>
    void run(() => customers.dropTag(customer.id, id)).then((ok) => ok && changed());
  const put = async (id: string | undefined) => {
    setAdding(false);
    if (id && (await run(() => customers.putTag(customer.id, id)))) changed();
  };
  return (
    <div className="tag-editor" role="group" aria-label={t('customer.tags')}>
      {customer.tags.map(({ id, name, group }) => (
        <Tag
          key={id}
          title={`${group} / ${name}`}
          closable={may('customer_write')}
          closeIcon={<span aria-label={t('customer.drop_tag', { name })}>×</span>}
          onClose={(event) => {
            event.preventDefault();
            drop(id);
          }}
        >
          {name}
        </Tag>
      ))}
      {may('customer_write') &&
        (adding ? (
          <RemoteSelect
            className="tag-select"
            label={t('customer.tag')}
            load={tagOptions}
            value={undefined}
            onChange={(id) => void put(id)}
          />
        ) : (
          <Button
            size="small"
            type="dashed"
            icon={<PlusOutlined />}
            loading={busy}
            onClick={() => setAdding(true)}
          >
            {t('customer.add_tag')}
          </Button>
        ))}
    </div>
  );
}
