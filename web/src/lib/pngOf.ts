/** Pixels of the PNG for one of the drawing: enough for a poster. */
const scale = 4;

/** A drawing of ours (SVG, by its path) as PNG, words and all: the browser has the fonts, the server has none. */
export async function pngOf(path: string): Promise<Blob> {
  const picture = new Image();
  picture.src = path;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.naturalWidth * scale;
  canvas.height = picture.naturalHeight * scale;
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no PNG'))), 'image/png'),
  );
}
