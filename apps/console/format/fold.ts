const MARKS = /[\u0300-\u036f]/g;
const STROKE = /[đĐ]/g;

/** Text as people type it in a hurry: "dak lak" finds Đắk Lắk, Hòa and Hoà are the same. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(MARKS, '')
    .replace(STROKE, 'd')
    .replace(/[’‘]/g, "'")
    .toLowerCase();
}
