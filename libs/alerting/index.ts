export {
  type AlertBook,
  type AlertBookNeeds,
  type AlertFigures,
  createAlertBook,
  STILL_BROKEN_MS,
} from './alert-book.ts';
export {
  type MaintenanceBook,
  type MaintenanceWindow,
  WINDOW_MS_MAX,
  type WindowRefused,
} from './maintenance.ts';
export type { AlertSink } from './ports.ts';
