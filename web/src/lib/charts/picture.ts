/** Saves what a canvas shows as PNG, on the page's background, with a title above. */
export function savePicture(canvas: HTMLCanvasElement, title: string): void {
  const ratio = canvas.width / (canvas.clientWidth || canvas.width);
  const head = 44 * ratio;
  const style = getComputedStyle(canvas.closest('section') ?? document.body);
  const picture = document.createElement('canvas');
  picture.width = canvas.width;
  picture.height = canvas.height + head;
  const pen = picture.getContext('2d');
  if (!pen) return;
  pen.fillStyle = style.backgroundColor;
  pen.fillRect(0, 0, picture.width, picture.height);
  pen.fillStyle = style.color;
  pen.font = `600 ${16 * ratio}px ${style.fontFamily}`;
  pen.fillText(title, 12 * ratio, 28 * ratio);
  pen.drawImage(canvas, 0, head);
  picture.toBlob((blob) => blob && saveBlob(blob, `${fileName(title)}.png`), 'image/png');
}

function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Once the browser has had the time to begin.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function fileName(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
