// oxlint-disable-next-line import/no-unassigned-import -- a style sheet
import './styles/fonts.css';
// oxlint-disable-next-line import/no-unassigned-import -- a style sheet
import './styles/tokens.css';
// oxlint-disable-next-line import/no-unassigned-import -- a style sheet
import './styles/base.css';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { ApiFailure } from './api/client.ts';
import { loadCatalogue, startLanguage, TextProvider } from './i18n/text.tsx';
import { createConsoleRouter } from './router.tsx';
import { startSettings } from './shell/settings.ts';
import { ToastProvider } from './ui/toast.tsx';

const STALE_MS = 15_000;
const RETRIES_MAX = 2;

/** Only a missing server is worth asking again; a refusal stays one. */
function worthRetrying(failures: number, failure: Error): boolean {
  return failures < RETRIES_MAX && failure instanceof ApiFailure && failure.problem === null;
}

const cache = new QueryClient({
  defaultOptions: { queries: { staleTime: STALE_MS, retry: worthRetrying } },
});
const router = createConsoleRouter(cache);
const language = startLanguage();
startSettings();
document.documentElement.lang = language;
const text = await loadCatalogue(language);
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <TextProvider start={{ language, text }}>
      <QueryClientProvider client={cache}>
        <ToastProvider>
          <RouterProvider router={router} />
        </ToastProvider>
      </QueryClientProvider>
    </TextProvider>
  </StrictMode>,
);
