import type { WornTag } from '@/api/customers';

/** Tags in a line; more than `most` hide behind a number. Plain elements: a list draws hundreds of them. */
export function TagList({ tags, most = 99 }: { tags: WornTag[]; most?: number }) {
  if (tags.length === 0) return <>—</>;
  const rest = tags.slice(most);
  return (
    <span className="tag-list">
      {tags.slice(0, most).map(({ id, name, group }) => (
        <span key={id} className="worn-tag" title={`${group} / ${name}`}>
          {name}
        </span>
      ))}
      {rest.length > 0 && (
        <span className="worn-tag" title={rest.map(({ name }) => name).join(' · ')}>
          +{rest.length}
        </span>
      )}
    </span>
  );
}
