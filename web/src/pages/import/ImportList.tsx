export default function ImportList() { return null; }
