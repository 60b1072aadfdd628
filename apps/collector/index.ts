export { DoorError, startDoors, type Doors, type DoorsNeeds } from './collector.ts';
export {
  DOOR_SETTINGS,
  HTTP_TIMEOUTS,
  type Authenticate,
  type DoorSettings,
  type Listener,
  type Sender,
} from './doors/settings.ts';
