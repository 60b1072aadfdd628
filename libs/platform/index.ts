export { openCluster, type Cluster, type ClusterSettings } from './cluster.ts';
export {
  elasticAddress,
  openElastic,
  RESTORE_KIND,
  type Elastic,
  type ElasticAddress,
} from './elastic.ts';
export { lockFolder, type LockResult } from './folder-lock.ts';
export { maskKeyOf, maskKeyWrite, sharedMaskKey } from './mask-key.ts';
export { onPlatform, type ClusterAddress, type PlatformName } from './platform.ts';
export { projectFolder } from './project-folder.ts';
