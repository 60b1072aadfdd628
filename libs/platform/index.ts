export { openCluster, type Cluster, type ClusterSettings } from './cluster.ts';
export { openElastic, type Elastic, type ElasticAddress } from './elastic.ts';
export { lockFolder, type LockResult } from './folder-lock.ts';
export { onPlatform, type ClusterAddress, type PlatformName } from './platform.ts';
export { projectFolder } from './project-folder.ts';
