import { useI18n } from '@/i18n/I18nProvider';
import { ExpressionInput } from './ExpressionInput';
import { Problem } from './Problem';
import { useChecked } from './useChecked';

interface Props {
  value: string;
  onChange: (text: string) => void;
  /** It may be left out. */
  optional?: boolean;
}

/** An expression in a form: the text, and below it the sentence or what is wrong. */
export function ExpressionField({ value, onChange, optional }: Props) {
  const { language } = useI18n();
  const { checked, problem, text } = useChecked(value, optional);
  return (
    <div className="expression-field">
      <ExpressionInput value={value} onChange={onChange} rows={2} />
      {problem && <Problem problem={problem} text={text} />}
      {checked && <p className="sentence">{language === 'zh' ? checked.sentence_zh : checked.sentence_en}</p>}
    </div>
  );
}
