import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Console } from './app/Console';
import { I18nProvider } from './i18n/I18nProvider';
import './app/console.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <I18nProvider>
      <Console />
    </I18nProvider>
  </StrictMode>,
);
