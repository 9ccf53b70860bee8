import { Modal, Typography } from 'antd';

/** Something that is shown this one time: a link, a token. */
export function ShowOnce(props: { title: string; hint: string; text: string; onClose: () => void }) {
  return (
    <Modal open title={props.title} footer={null} onCancel={props.onClose}>
      <p>{props.hint}</p>
      <Typography.Paragraph code copyable className="show-once">
        {props.text}
      </Typography.Paragraph>
    </Modal>
  );
}
