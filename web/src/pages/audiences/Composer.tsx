import { Button, Card, Col, Row } from 'antd';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { type Audience, audiences } from '@/api/audiences';
import { useMay } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { BuilderPane } from './builder/BuilderPane';
import { ExpressionInput } from './ExpressionInput';
import { Followed } from './Followed';
import { LiveCount } from './LiveCount';
import { Problem } from './Problem';
import { SaveAudience } from './SaveAudience';
import { useChecked } from './useChecked';

/** Composing an audience: rows and text side by side, how many and whom below, as one types. */
export default function Composer() {
  const [query] = useSearchParams();
  const id = query.get('id');
  const found = useResource(id, (signal) => audiences.detail(id ?? '', signal));
  if (id === null) return <Compose key="new" start={query.get('expression') ?? 'all'} saved={null} />;
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return <Waiting />;
  return (
    <div className="page-stack">
      <Compose key={id} start={found.data.expression} saved={found.data} />
      <Followed audience={found.data} reload={found.reload} />
    </div>
  );
}

function Compose({ start, saved }: { start: string; saved: Audience | null }) {
  const { t, language } = useI18n();
  const may = useMay();
  const [text, setText] = useState(start);
  const [saving, setSaving] = useState(false);
  const state = useChecked(text);
  const { checked, problem } = state;
  return (
    <div className="page-stack">
      <Row gutter={[16, 16]}>
        <Col xs={24} xl={13}>
          <Card className="full-height" title={<h2 className="card-title">{t('audience.rows')}</h2>}>
            <BuilderPane text={text} state={state} onText={setText} />
          </Card>
        </Col>
        <Col xs={24} xl={11}>
          <Card
            className="full-height"
            title={<h2 className="card-title">{t('audience.text')}</h2>}
            extra={
              may('audience_write') && (
                <Button
                  type="primary"
                  size="small"
                  disabled={checked === null || state.pending}
                  onClick={() => setSaving(true)}
                >
                  {t(saved ? 'audience.save' : 'audience.save_as')}
                </Button>
              )
            }
          >
            <ExpressionInput value={text} onChange={setText} rows={5} />
            {state.error !== undefined && <ErrorNotice error={state.error} />}
            {problem && <Problem problem={problem} text={state.text} />}
            {checked && (
              <p className="sentence" aria-live="polite">
                {language === 'zh' ? checked.sentence_zh : checked.sentence_en}
              </p>
            )}
          </Card>
        </Col>
      </Row>
      <LiveCount expression={checked?.expression ?? null} />
      {saving && checked && (
        <SaveAudience saved={saved} expression={checked.expression} onClose={() => setSaving(false)} />
      )}
    </div>
  );
}
