export {
  type AlertBook,
  type AlertBookNeeds,
  type AlertFigures,
  createAlertBook,
} from './alert-book.ts';
export { MaintenanceBook, type MaintenanceWindow, type WindowRefused } from './maintenance.ts';
export type { AlertSink } from './ports.ts';
export {
  type Silence,
  SilenceBook,
  type SilenceRefused,
  type SilenceStanding,
  type SilenceWish,
} from './silences.ts';
