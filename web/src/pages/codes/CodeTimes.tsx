import { Form, Input } from 'antd';
import { useT } from '@/i18n/I18nProvider';
import { isClock, minutesOf } from './codeWords';

type Path = (string | number)[];

/** Two times of day in a row of a list of the form: `at` within the list, `list` where it stands. */
export function CodeTimes({ list, at }: { list: string; at: Path }) {
  const t = useT();
  const form = Form.useFormInstance();
  const wrong = () => Promise.reject(new Error(t('code.times_wrong')));
  const begins = (_: unknown, text: string) => (isClock(text) ? Promise.resolve() : wrong());
  const ends = (_: unknown, text: string) => {
    const from = form.getFieldValue([list, ...at, 'from']) as string;
    return isClock(text) && minutesOf(text) > minutesOf(from) ? Promise.resolve() : wrong();
  };
  return (
    <>
      <Form.Item name={[...at, 'from']} noStyle rules={[{ validator: begins }]}>
        <Input className="code-time" aria-label={t('code.from')} maxLength={5} />
      </Form.Item>
      –
      <Form.Item
        name={[...at, 'to']}
        noStyle
        dependencies={[[list, ...at, 'from']]}
        rules={[{ validator: ends }]}
      >
        <Input className="code-time" aria-label={t('code.to')} maxLength={5} />
      </Form.Item>
    </>
  );
}
