import { indexOfByte, type ApiError } from '@/api/errors';
import { Alert } from 'antd';

/** What is wrong with a text, the line it is in, and a caret under the place. */
export function Problem({ problem, text }: { problem: ApiError; text: string }) {
  const index = problem.at === null ? null : indexOfByte(text, problem.at);
  return (
    <Alert
      type="error"
      role="alert"
      title={problem.message}
      description={
        <>
          {index !== null && <Place text={text} index={index} />}
          {problem.hint}
        </>
      }
    />
  );
}

function Place({ text, index }: { text: string; index: number }) {
  const start = text.lastIndexOf('\n', index - 1) + 1;
  const end = text.indexOf('\n', index);
  const line = text.slice(start, end === -1 ? undefined : end);
  const at = index - start;
  return (
    <pre className="problem-place">
      {line.slice(0, at)}
      <mark>{line.slice(at, at + 1) || ' '}</mark>
      {line.slice(at + 1)}
    </pre>
  );
}
