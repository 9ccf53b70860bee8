import { Spin } from 'antd';

export function Waiting() {
  return (
    <div className="waiting" role="status">
      <Spin delay={150} />
    </div>
  );
}
