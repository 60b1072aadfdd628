import { type ReactNode, useEffect, useState } from 'react';

import { TextField } from './field.tsx';

const TYPING_MS = 200;

/** A search box that waits for a pause in the typing. */
export function FindBox(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}): ReactNode {
  const [typed, setTyped] = useState(props.value);
  useEffect(() => {
    if (typed === props.value) return;
    const timer = setTimeout(() => props.onChange(typed), TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <TextField
      label={props.label}
      hideLabel
      placeholder={props.label}
      value={typed}
      maxLength={200}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}
