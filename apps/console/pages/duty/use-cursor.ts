import { useCallback, useEffect, useRef, useState } from 'react';

/** The URL follows the cursor when it rests; writing it at every key would cost a frame each. */
const REST_MS = 150;

/**
 * The incident under the cursor: moves at once, reaches the URL a moment later, follows Back and
 * Forward.
 */
export function useCursor(
  fromUrl: string | null,
  write: (id: string | null) => void,
): readonly [cursor: string | null, move: (id: string | null) => void] {
  const [cursor, setCursor] = useState(fromUrl);
  const written = useRef(fromUrl);
  const latest = useRef(write);
  useEffect(() => {
    latest.current = write;
  });
  useEffect(() => {
    if (fromUrl === written.current) return;
    written.current = fromUrl;
    setCursor(fromUrl);
  }, [fromUrl]);
  useEffect(() => {
    if (cursor === written.current) return;
    const timer = setTimeout(() => {
      written.current = cursor;
      latest.current(cursor);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [cursor]);
  return [cursor, useCallback((id: string | null) => setCursor(id), [])];
}
