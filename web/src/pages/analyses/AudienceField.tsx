import { EditOutlined } from '@ant-design/icons';
import { Button, Modal, Select } from 'antd';
import { useState } from 'react';
import { audiences } from '@/api/audiences';
import { RemoteSelect } from '@/components/list/RemoteSelect';
import { useI18n } from '@/i18n/I18nProvider';
import { savedName } from '@/lib/analyses/events';
import { quote } from '@/lib/audience/text';
import { BuilderPane } from '@/pages/audiences/builder/BuilderPane';
import { ExpressionInput } from '@/pages/audiences/ExpressionInput';
import { Problem } from '@/pages/audiences/Problem';
import { useChecked } from '@/pages/audiences/useChecked';

type Kind = 'all' | 'saved' | 'own';

interface Props {
  /** An expression; empty: everyone. */
  value: string;
  onChange: (expression: string) => void;
  label: string;
}

const savedOptions = async (q: string, signal: AbortSignal) =>
  (await audiences.suggest('audience', q, null, signal)).items
    .map((item) => (typeof item === 'string' ? item : item.name))
    .map((name) => ({ value: name, label: name }));

/** Everyone, a saved audience, or conditions of one's own. */
export function AudienceField({ value, onChange, label }: Props) {
  const { t } = useI18n();
  const [choosing, setChoosing] = useState(false);
  const [composing, setComposing] = useState(false);
  const name = savedName(value);
  const kind: Kind = choosing || name !== null ? 'saved' : value === '' ? 'all' : 'own';
  // What was asked stays until there is something else to ask.
  const choose = (next: Kind) => {
    if (next === 'own') setComposing(true);
    else setChoosing(next === 'saved');
    if (next === 'all') onChange('');
  };
  return (
    <>
      <Select<Kind>
        aria-label={label}
        popupMatchSelectWidth={false}
        value={kind}
        onChange={choose}
        options={(['all', 'saved', 'own'] as const).map((one) => ({ value: one, label: t(`whom.${one}`) }))}
      />
      {kind === 'saved' && (
        <RemoteSelect
          className="filter-select"
          label={t('whom.which')}
          load={savedOptions}
          value={name ?? undefined}
          onChange={(next) => {
            setChoosing(next === undefined);
            onChange(next === undefined ? '' : `audience(${quote(next)})`);
          }}
        />
      )}
      {kind === 'own' && (
        <>
          <Said expression={value} />
          <Button icon={<EditOutlined />} aria-label={t('whom.edit')} onClick={() => setComposing(true)} />
        </>
      )}
      {composing && (
        <Compose
          start={kind === 'own' ? value : 'all'}
          done={(expression) => {
            setComposing(false);
            setChoosing(false);
            onChange(expression);
          }}
          onClose={() => setComposing(false)}
        />
      )}
    </>
  );
}

/** The expression as a sentence. */
function Said({ expression }: { expression: string }) {
  const { language } = useI18n();
  const { checked } = useChecked(expression);
  const sentence =
    checked === null ? expression : language === 'zh' ? checked.sentence_zh : checked.sentence_en;
  return (
    <span className="whom-said" title={sentence}>
      {sentence}
    </span>
  );
}

interface ComposeProps {
  start: string;
  done: (expression: string) => void;
  onClose: () => void;
}

/** Rows and text, as on the page of audiences. */
function Compose({ start, done, onClose }: ComposeProps) {
  const { t, language } = useI18n();
  const [text, setText] = useState(start);
  const state = useChecked(text);
  const { checked, problem, pending } = state;
  return (
    <Modal
      open
      width={760}
      title={t('whom.compose')}
      okText={t('whom.take')}
      cancelText={t('action.cancel')}
      okButtonProps={{ disabled: checked === null || pending }}
      onOk={() => checked && done(checked.expression === 'all' ? '' : checked.expression)}
      onCancel={onClose}
    >
      <div className="page-stack">
        <BuilderPane text={text} state={state} onText={setText} />
        <ExpressionInput value={text} onChange={setText} rows={2} />
        {problem && <Problem problem={problem} text={state.text} />}
        {checked && (
          <p className="sentence" aria-live="polite">
            {language === 'zh' ? checked.sentence_zh : checked.sentence_en}
          </p>
        )}
      </div>
    </Modal>
  );
}
