import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  useId,
} from 'react';

import { cx } from './class-names.ts';
import { controls } from './controls.tsx';

interface Frame {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly wrong?: string | undefined;
  readonly hideLabel?: boolean;
}

interface TextFieldProps extends Frame, InputHTMLAttributes<HTMLInputElement> {
  readonly inputRef?: Ref<HTMLInputElement>;
}

function about(id: string, frame: Frame): Record<string, string | boolean> {
  const said = [frame.hint && `${id}-hint`, frame.wrong && `${id}-wrong`].filter(Boolean);
  return {
    id,
    ...(said.length === 0 ? {} : { 'aria-describedby': said.join(' ') }),
    ...(frame.wrong === undefined ? {} : { 'aria-invalid': true }),
  };
}

function FieldFrame(
  props: Frame & { readonly id: string; readonly children: ReactNode },
): ReactNode {
  return (
    <div className={controls.field}>
      <label htmlFor={props.id} className={cx(controls.label, props.hideLabel === true && 'sr')}>
        {props.label}
      </label>
      {props.children}
      {props.hint === undefined ? null : (
        <span id={`${props.id}-hint`} className={controls.hint}>
          {props.hint}
        </span>
      )}
      {props.wrong === undefined ? null : (
        <span id={`${props.id}-wrong`} className={controls.wrong} role="alert">
          {props.wrong}
        </span>
      )}
    </div>
  );
}

/** A line of text with its label, hint and fault tied to it. */
export function TextField(props: TextFieldProps): ReactNode {
  const id = useId();
  const { label, hint, wrong, hideLabel, inputRef, ...rest } = props;
  const frame: Frame = { label, hint, wrong, ...(hideLabel === undefined ? {} : { hideLabel }) };
  return (
    <FieldFrame id={id} {...frame}>
      <input {...rest} {...about(id, frame)} ref={inputRef} className={controls.input} />
    </FieldFrame>
  );
}

interface SelectFieldProps extends Frame, SelectHTMLAttributes<HTMLSelectElement> {
  readonly options: readonly (readonly [value: string, text: string])[];
}

/** A choice among few; the browser's own control, which every assistive technology knows. */
export function SelectField(props: SelectFieldProps): ReactNode {
  const id = useId();
  const { label, hint, wrong, hideLabel, options, ...rest } = props;
  const frame: Frame = { label, hint, wrong, ...(hideLabel === undefined ? {} : { hideLabel }) };
  return (
    <FieldFrame id={id} {...frame}>
      <select {...rest} {...about(id, frame)} className={controls.input}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}
