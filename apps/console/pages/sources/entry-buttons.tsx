import { type ReactNode, useState } from 'react';

import { useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { Button } from '../../ui/controls.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { ProbeForm, ServiceForm } from './service-forms.tsx';
import { SourceForm } from './source-form.tsx';

type Form = 'source' | 'import' | 'service' | 'probe';

const FORMS: Readonly<Record<Form, (props: { readonly onClose: () => void }) => ReactNode>> = {
  source: SourceForm,
  import: ImportDialog,
  service: ServiceForm,
  probe: ProbeForm,
};

/** The buttons that enter something into the register; nothing for who may not. */
export function EntryButtons(props: { readonly forms: readonly Form[] }): ReactNode {
  const text = useText();
  const { may } = useDesk();
  const [open, setOpen] = useState<Form | null>(null);
  if (!may.assignSources) return null;
  const labels: Readonly<Record<Form, string>> = {
    source: text.entering.addSource,
    import: text.entering.importTable,
    service: text.entering.addService,
    probe: text.entering.addProbe,
  };
  const Shown = open === null ? null : FORMS[open];
  return (
    <>
      {props.forms.map((form) => (
        <Button key={form} onClick={() => setOpen(form)}>
          {labels[form]}
        </Button>
      ))}
      {Shown === null ? null : <Shown onClose={() => setOpen(null)} />}
    </>
  );
}
