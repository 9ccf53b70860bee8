import { Card } from 'antd';
import { type Department, people } from '@/api/catalogue';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

interface Props {
  /** The one whose staff are shown; null: everyone. */
  value: string | null;
  onPick: (id: string | null) => void;
}

/** Departments as they stand under each other, each with how many work there and below. */
export function DepartmentTree({ value, onPick }: Props) {
  const t = useT();
  const found = useResource('departments', people.departments);
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return <Waiting />;
  return (
    <Card size="small" title={<h2 className="card-title">{t('staff.departments')}</h2>}>
      <nav className="department-tree" aria-label={t('staff.departments')}>
        <Pick on={value === null} onClick={() => onPick(null)} name={t('staff.everyone')} />
        <Level list={found.data.items} value={value} onPick={onPick} />
      </nav>
    </Card>
  );
}

function Level({ list, value, onPick }: Props & { list: Department[] }) {
  return (
    <ul>
      {list.map((one) => (
        <li key={one.id}>
          <Pick on={one.id === value} onClick={() => onPick(one.id)} name={one.name} count={below(one)} />
          {one.children && one.children.length > 0 && (
            <Level list={one.children} value={value} onPick={onPick} />
          )}
        </li>
      ))}
    </ul>
  );
}

function below({ staff, children }: Department): number {
  return staff + (children ?? []).reduce((n, child) => n + below(child), 0);
}

function Pick({
  on,
  onClick,
  name,
  count,
}: {
  on: boolean;
  onClick: () => void;
  name: string;
  count?: number;
}) {
  const { f } = useI18n();
  return (
    <button type="button" className="row-link" aria-current={on} onClick={onClick}>
      {name} {count !== undefined && <span className="soft">{f.number(count)}</span>}
    </button>
  );
}
