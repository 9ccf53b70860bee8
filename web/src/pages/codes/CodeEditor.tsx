import { Modal } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useRef } from 'react';
import { type CodeBody, type CodeDetail, type CodeKind, codes } from '@/api/codes';
import type { Attachment } from '@/api/media';
import { ErrorNotice } from '@/components/ErrorNotice';
import { FormModal } from '@/components/FormModal';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { dayOf, dayStart } from '@/lib/day';
import { useResource } from '@/lib/useResource';
import { CodeFields } from './CodeFields';
import { type Greeting, greetingOf, hoursOf, type Shift, shiftsOf, welcomeOf } from './codeWords';

/** What the form holds: of a group code no people, hours and welcomes, of the others no greeting. */
export interface CodeValues {
  kind: CodeKind;
  name: string;
  skip_verify: boolean;
  expires?: Dayjs | null;
  remark?: string;
  stage_id?: string;
  tags: string[];
  members: {
    staff_id?: string;
    weight: number;
    daily_cap: number;
    total_cap: number;
    backup: boolean;
  }[];
  shifts: Shift[];
  welcomes: Greeting[];
  groups: string[];
  full_at: number;
  auto_room: boolean;
  room_name?: string;
  page_text?: string;
  greeting: { text: string; attachments: Attachment[]; notify: boolean };
}

interface Props {
  id: string | 'new';
  done: () => void;
  onClose: () => void;
}

/** A code made or changed: what is saved is done at WeCom at once. */
export function CodeEditor({ id, done, onClose }: Props) {
  const found = useResource(id === 'new' ? null : id, (signal) => codes.one(id, signal));
  if (id === 'new' || found.data) return <Editor code={found.data} done={done} onClose={onClose} />;
  return (
    <Modal open footer={null} onCancel={onClose}>
      {found.error ? <ErrorNotice error={found.error} retry={found.reload} /> : <Waiting />}
    </Modal>
  );
}

function Editor({
  code,
  done,
  onClose,
}: {
  code: CodeDetail | undefined;
  done: () => void;
  onClose: () => void;
}) {
  const { t, f } = useI18n();
  const key = useRef(crypto.randomUUID()); // pressing the button twice makes one code
  const save = (values: CodeValues) => {
    const body = bodyOf(values, f.place.zone);
    return code ? codes.patch(code.id, body) : codes.add({ ...body, kind: values.kind, key: key.current });
  };
  return (
    <FormModal<CodeValues>
      title={code ? t('code.edit', { name: code.name }) : t('code.new')}
      width={940}
      initial={code ? valuesOf(code, f.place.zone) : fresh}
      save={save}
      done={done}
      onClose={onClose}
    >
      <CodeFields code={code} />
    </FormModal>
  );
}

const fresh: CodeValues = {
  kind: 'staff',
  name: '',
  skip_verify: true,
  tags: [],
  members: [{ weight: 1, daily_cap: 0, total_cap: 0, backup: false }],
  shifts: [],
  welcomes: [],
  groups: [],
  full_at: 190,
  auto_room: false,
  greeting: { text: '', attachments: [], notify: true },
};

function valuesOf(code: CodeDetail, zone: string): CodeValues {
  return {
    kind: code.kind,
    name: code.name,
    skip_verify: code.skip_verify,
    expires: code.expires_s === null ? null : dayjs(dayOf(code.expires_s - 1, zone)),
    remark: code.remark ?? '',
    ...(code.stage_id && { stage_id: code.stage_id }),
    tags: code.tags,
    members: code.members.map(({ staff, weight, daily_cap, total_cap, backup }) => ({
      staff_id: staff.id,
      weight,
      daily_cap,
      total_cap,
      backup,
    })),
    shifts: shiftsOf(code.hours),
    welcomes: code.welcomes.map(greetingOf),
    groups: code.groups.map(({ group }) => group.id),
    full_at: code.full_at ?? fresh.full_at,
    auto_room: code.auto_room,
    room_name: code.room_name ?? '',
    page_text: code.page_text ?? '',
    greeting: code.greeting ?? fresh.greeting,
  };
}

/** Nothing said is no greeting. */
function greetingGiven({ text, attachments, notify }: CodeValues['greeting']): CodeBody['greeting'] {
  return text.trim() === '' && attachments.length === 0 ? null : { text, attachments, notify };
}

function bodyOf(values: CodeValues, zone: string): CodeBody {
  const body: CodeBody = {
    name: values.name,
    skip_verify: values.skip_verify,
    expires_s: values.expires ? dayStart(values.expires.format('YYYY-MM-DD'), zone, 1) : null,
    remark: values.remark || null,
    stage_id: values.stage_id ?? null,
    tags: values.tags,
  };
  if (values.kind === 'group')
    return {
      ...body,
      groups: values.groups,
      full_at: values.full_at,
      auto_room: values.auto_room,
      room_name: values.room_name || null,
      page_text: values.page_text || null,
      greeting: greetingGiven(values.greeting),
    };
  const chosen = values.members.flatMap(({ staff_id, ...rest }) => (staff_id ? [{ staff_id, ...rest }] : []));
  const ids = new Set(chosen.map(({ staff_id }) => staff_id));
  return {
    ...body,
    members: chosen,
    hours: hoursOf(values.shifts, ids),
    welcomes: values.welcomes.map(welcomeOf),
  };
}
