import { Tag, Tooltip } from 'antd';
import type { WornTag } from '@/api/customers';

/** Tags in a line; more than `most` hide behind a number. */
export function TagList({ tags, most = 99 }: { tags: WornTag[]; most?: number }) {
  if (tags.length === 0) return <>—</>;
  const rest = tags.slice(most);
  return (
    <span className="tag-list">
      {tags.slice(0, most).map(({ id, name, group }) => (
        <Tag key={id} title={`${group} / ${name}`}>
          {name}
        </Tag>
      ))}
      {rest.length > 0 && (
        <Tooltip title={rest.map(({ name }) => name).join(' · ')}>
          <Tag>+{rest.length}</Tag>
        </Tooltip>
      )}
    </span>
  );
}
