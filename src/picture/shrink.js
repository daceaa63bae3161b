// Makes a photograph smaller before it is sent, so that a slow line carries 200 kB instead of 8 MB. Without this script
// the file goes as it is: the server makes it small all the same.
// On a page: <input type="file" name="photo" accept="image/jpeg,image/png,image/webp">, scripts: "picture/shrink.js".
const SIDE = 1600, WORTH_BYTES = 600_000;

/** @param {File} file @returns {Promise<File>} the same file when it is small, or when it cannot be read here */
export async function shrink(file) {
  if (file.size < WORTH_BYTES || !/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const ratio = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(bitmap.width * ratio);
    canvas.height = Math.round(bitmap.height * ratio);
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    // What may be transparent stays PNG.
    const type = file.type === 'image/jpeg' ? 'image/jpeg' : 'image/png';
    /** @type {Blob | null} */
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, 0.88));
    return blob && blob.size < file.size ? new File([blob], file.name, { type }) : file;
  } catch {
    return file;
  }
}

for (const input of document.querySelectorAll('input[type="file"][accept^="image/"]')) {
  if (!(input instanceof HTMLInputElement)) continue;
  input.addEventListener('change', async () => {
    const [file] = input.files ?? [];
    if (!file) return;
    const small = await shrink(file);
    if (small === file || input.files?.[0] !== file) return;
    const chosen = new DataTransfer();
    chosen.items.add(small);
    input.files = chosen.files;
  });
}
