import type { Charset } from '#libs/model';

/**
 * TCVN3 (TCVN 5712:1993 VN3, the ABC fonts) from 0xA1 on; a blank where the code has no letter. It
 * is the upper half of VN1, so both are read.
 */
const TCVN3_FROM = 0xa1;
const TCVN3 =
  'ĂÂÊÔƠƯĐăâêôơưđ      àảãáạ ằẳẵắ       ặầẩẫấậè ẻẽéẹềểễếệìỉ   ĩíịò ỏõóọồổỗốộờởỡớợù ủũúụừửữứựỳỷỹýỵ';

const ZERO = 0;
const LF = 10;

function readTcvn3(bytes: Buffer): string {
  let text = '';
  let plain = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte < TCVN3_FROM) continue;
    const letter = TCVN3[byte - TCVN3_FROM] ?? ' ';
    text += bytes.toString('latin1', plain, i) + (letter === ' ' ? '\ufffd' : letter);
    plain = i + 1;
  }
  return text + bytes.toString('latin1', plain);
}

const windows1252 = new TextDecoder('windows-1252');
const windows1258 = new TextDecoder('windows-1258');

/** The text of a record's bytes in a charset of one byte for a letter. */
export function readCharset(bytes: Buffer, charset: Charset): string {
  switch (charset) {
    case 'windows-1252':
      return windows1252.decode(bytes);
    case 'windows-1258':
      // It writes tone marks behind their letters; whoever searches types whole ones.
      return windows1258.decode(bytes).normalize('NFC');
    case 'tcvn3':
      return readTcvn3(bytes);
    case 'utf-16le':
      return bytes.toString('utf16le');
    case 'utf-8':
      return bytes.toString('utf8');
  }
}

/**
 * Lines of UTF-16 as UTF-8; the same bytes when they are no UTF-16. Log files of Windows are such,
 * with or without a mark at their start.
 */
export function utf8OfUtf16(bytes: Buffer): Buffer {
  if (bytes.length < 2 || bytes.indexOf(ZERO) === -1) return bytes;
  // Cut off between the two bytes of a line's end by a sender that counts bytes.
  const odd = bytes[0] === ZERO && bytes[1] !== LF ? 1 : 0;
  const marked = bytes[odd] === 0xff && bytes[odd + 1] === 0xfe ? 2 : 0;
  return Buffer.from(bytes.toString('utf16le', odd + marked));
}
