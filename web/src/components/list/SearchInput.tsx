import { CloseCircleFilled, SearchOutlined } from '@ant-design/icons';
import { useEffect, useState } from 'react';
import { useT } from '@/i18n/I18nProvider';

interface Props {
  label: string;
  value: string;
  onSearch: (text: string) => void;
}

/** A field to search by: asked with Enter or the button, emptied with the cross. Plain elements, as rows are. */
export function SearchInput({ label, value, onSearch }: Props) {
  const t = useT();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const search = (next: string) => {
    setText(next);
    onSearch(next.trim());
  };
  return (
    <span className="filter-text search-box">
      <input
        type="text"
        placeholder={label}
        aria-label={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) search(text);
        }}
      />
      {text !== '' && (
        <button type="button" aria-label={t('list.clear_text')} onClick={() => search('')}>
          <CloseCircleFilled />
        </button>
      )}
      <button type="button" className="search-go" aria-label={t('list.search')} onClick={() => search(text)}>
        <SearchOutlined />
      </button>
    </span>
  );
}
