/** What a Windows Security event means in ECS: action, categories, types. */
export type SecurityMeaning = readonly [
  action: string,
  category: readonly string[],
  type: readonly string[],
];

const IAM = ['iam'];
const BOTH = ['iam', 'configuration'];
const CONFIGURATION = ['configuration'];
const SIGN_IN = ['authentication'];
const SESSION = ['authentication', 'session'];
const USER_CHANGE = ['user', 'change'];
const USER_DELETION = ['user', 'deletion'];
const USER_INFO = ['user', 'info'];
const GROUP_CHANGE = ['group', 'change'];
const GROUP_CREATION = ['group', 'creation'];
const GROUP_DELETION = ['group', 'deletion'];
const ADMIN_CHANGE = ['admin', 'change'];
const SHARE = ['network', 'file'];
const DISTRIBUTION = 'distribution-group-account';

/**
 * By event id, from Microsoft's security auditing reference; spelled as Winlogbeat's users know
 * them.
 */
export const SECURITY_EVENTS: ReadonlyMap<number, SecurityMeaning> = new Map<
  number,
  SecurityMeaning
>([
  [1100, ['logging-service-shutdown', ['process'], ['end']]],
  [1102, ['audit-log-cleared', IAM, ADMIN_CHANGE]],
  [1104, ['logging-full', IAM, ['admin']]],
  [1105, ['auditlog-archieved', IAM, ['admin']]],
  [1108, ['logging-processing-error', IAM, ['admin']]],
  [4610, ['authentication-package-loaded', CONFIGURATION, ['access']]],
  [4611, ['trusted-logon-process-registered', CONFIGURATION, ['change']]],
  [4614, ['notification-package-loaded', CONFIGURATION, ['change']]],
  [4616, ['system-time-changed', CONFIGURATION, ['change']]],
  [4624, ['logged-in', SIGN_IN, ['start']]],
  [4625, ['logon-failed', SIGN_IN, ['start']]],
  [4634, ['logged-out', SIGN_IN, ['end']]],
  [4647, ['logged-out', SIGN_IN, ['end']]],
  [4648, ['logged-in-explicit', SIGN_IN, ['start']]],
  [4657, ['registry-value-modified', ['registry'], ['change']]],
  [4670, ['permissions-changed', BOTH, ADMIN_CHANGE]],
  [4672, ['logged-in-special', IAM, ['admin']]],
  [4673, ['privileged-service-called', IAM, ['admin']]],
  [4674, ['privileged-operation', IAM, ['admin']]],
  [4688, ['created-process', ['process'], ['start']]],
  [4689, ['exited-process', ['process'], ['end']]],
  [4697, ['service-installed', BOTH, ADMIN_CHANGE]],
  [4698, ['scheduled-task-created', BOTH, ['creation', 'admin']]],
  [4699, ['scheduled-task-deleted', BOTH, ['deletion', 'admin']]],
  [4700, ['scheduled-task-enabled', BOTH, ['change', 'admin']]],
  [4701, ['scheduled-task-disabled', BOTH, ['change', 'admin']]],
  [4702, ['scheduled-task-updated', BOTH, ['change', 'admin']]],
  [4706, ['domain-trust-added', CONFIGURATION, ['creation']]],
  [4707, ['domain-trust-removed', CONFIGURATION, ['deletion']]],
  [4713, ['kerberos-policy-changed', CONFIGURATION, ['change']]],
  [4714, ['encrypted-data-recovery-policy-changed', CONFIGURATION, ['change']]],
  [4715, ['object-audit-policy-changed', CONFIGURATION, ['change']]],
  [4716, ['trusted-domain-information-changed', CONFIGURATION, ['change']]],
  [4717, ['system-security-access-granted', BOTH, ADMIN_CHANGE]],
  [4718, ['system-security-access-removed', BOTH, ['admin', 'deletion']]],
  [4719, ['changed-audit-config', BOTH, ADMIN_CHANGE]],
  [4720, ['added-user-account', IAM, ['user', 'creation']]],
  [4722, ['enabled-user-account', IAM, USER_CHANGE]],
  [4723, ['changed-password', IAM, USER_CHANGE]],
  [4724, ['reset-password', IAM, USER_CHANGE]],
  [4725, ['disabled-user-account', IAM, USER_DELETION]],
  [4726, ['deleted-user-account', IAM, USER_DELETION]],
  [4727, ['added-group-account', IAM, GROUP_CREATION]],
  [4728, ['added-member-to-group', IAM, GROUP_CHANGE]],
  [4729, ['removed-member-from-group', IAM, GROUP_CHANGE]],
  [4730, ['deleted-group-account', IAM, GROUP_DELETION]],
  [4731, ['added-group-account', IAM, GROUP_CREATION]],
  [4732, ['added-member-to-group', IAM, GROUP_CHANGE]],
  [4733, ['removed-member-from-group', IAM, GROUP_CHANGE]],
  [4734, ['deleted-group-account', IAM, GROUP_DELETION]],
  [4735, ['modified-group-account', IAM, GROUP_CHANGE]],
  [4737, ['modified-group-account', IAM, GROUP_CHANGE]],
  [4738, ['modified-user-account', IAM, USER_CHANGE]],
  [4739, ['domain-policy-changed', CONFIGURATION, ['change']]],
  [4740, ['locked-out-user-account', IAM, USER_CHANGE]],
  [4741, ['added-computer-account', IAM, ['creation', 'admin']]],
  [4742, ['changed-computer-account', IAM, ['change', 'admin']]],
  [4743, ['deleted-computer-account', IAM, ['deletion', 'admin']]],
  [4744, [`added-${DISTRIBUTION}`, IAM, GROUP_CREATION]],
  [4745, [`changed-${DISTRIBUTION}`, IAM, GROUP_CHANGE]],
  [4746, ['added-member-to-distribution-group', IAM, GROUP_CHANGE]],
  [4747, ['removed-member-from-distribution-group', IAM, GROUP_CHANGE]],
  [4748, [`deleted-${DISTRIBUTION}`, IAM, GROUP_DELETION]],
  [4749, [`added-${DISTRIBUTION}`, IAM, GROUP_CREATION]],
  [4750, [`changed-${DISTRIBUTION}`, IAM, GROUP_CHANGE]],
  [4751, ['added-member-to-distribution-group', IAM, GROUP_CHANGE]],
  [4752, ['removed-member-from-distribution-group', IAM, GROUP_CHANGE]],
  [4753, [`deleted-${DISTRIBUTION}`, IAM, GROUP_DELETION]],
  [4754, ['added-group-account', IAM, GROUP_CREATION]],
  [4755, ['modified-group-account', IAM, GROUP_CHANGE]],
  [4756, ['added-member-to-group', IAM, GROUP_CHANGE]],
  [4757, ['removed-member-from-group', IAM, GROUP_CHANGE]],
  [4758, ['deleted-group-account', IAM, GROUP_DELETION]],
  [4759, [`added-${DISTRIBUTION}`, IAM, GROUP_CREATION]],
  [4760, [`changed-${DISTRIBUTION}`, IAM, GROUP_CHANGE]],
  [4761, ['added-member-to-distribution-group', IAM, GROUP_CHANGE]],
  [4762, ['removed-member-from-distribution-group', IAM, GROUP_CHANGE]],
  [4763, [`deleted-${DISTRIBUTION}`, IAM, GROUP_DELETION]],
  [4764, ['type-changed-group-account', IAM, GROUP_CHANGE]],
  [4767, ['unlocked-user-account', IAM, USER_CHANGE]],
  [4768, ['kerberos-authentication-ticket-requested', SIGN_IN, ['start']]],
  [4769, ['kerberos-service-ticket-requested', SIGN_IN, ['start']]],
  [4770, ['kerberos-service-ticket-renewed', SIGN_IN, ['start']]],
  [4771, ['kerberos-preauth-failed', SIGN_IN, ['start']]],
  [4776, ['credential-validated', SIGN_IN, ['start']]],
  [4778, ['session-reconnected', SESSION, ['start']]],
  [4779, ['session-disconnected', SESSION, ['end']]],
  [4781, ['renamed-user-account', IAM, USER_CHANGE]],
  [4797, ['query-existence-of-blank-password', IAM, USER_INFO]],
  [4798, ['group-membership-enumerated', IAM, USER_INFO]],
  [4799, ['user-member-enumerated', IAM, ['group', 'info']]],
  [4817, ['object-audit-changed', BOTH, ADMIN_CHANGE]],
  [4902, ['user-audit-policy-created', BOTH, ['admin', 'creation']]],
  [4904, ['security-event-source-added', BOTH, ['admin', 'creation']]],
  [4905, ['security-event-source-removed', BOTH, ['admin', 'deletion']]],
  [4906, ['crash-on-audit-changed', BOTH, ADMIN_CHANGE]],
  [4907, ['audit-setting-changed', BOTH, ADMIN_CHANGE]],
  [4908, ['special-group-table-changed', BOTH, ADMIN_CHANGE]],
  [4912, ['per-user-audit-policy-changed', BOTH, ADMIN_CHANGE]],
  [4964, ['logged-in-special', IAM, ['admin', 'group']]],
  [5140, ['network-share-object-accessed', SHARE, ['info', 'access']]],
  [5145, ['network-share-object-access-checked', SHARE, ['info', 'access']]],
  [5380, ['vault-credential-find', IAM, USER_INFO]],
  [5381, ['vault-credentials-were-read', IAM, USER_INFO]],
]);

/** Names of logon types (Microsoft, event 4624). */
export const LOGON_TYPES: Readonly<Record<string, string>> = {
  '2': 'Interactive',
  '3': 'Network',
  '4': 'Batch',
  '5': 'Service',
  '7': 'Unlock',
  '8': 'NetworkCleartext',
  '9': 'NewCredentials',
  '10': 'RemoteInteractive',
  '11': 'CachedInteractive',
};

/** Events whose account is the one that signs in, not the one that asked for it. */
export const TARGET_SIGNS_IN: ReadonlySet<number> = new Set([
  4624, 4625, 4634, 4647, 4768, 4769, 4770, 4771, 4772, 4776,
]);
/** Events that change an account. */
export const USER_EVENTS: ReadonlySet<number> = new Set([
  4720, 4722, 4723, 4724, 4725, 4726, 4738, 4740, 4767, 4781, 4797, 4798,
]);
/** Events that change a computer's account. */
export const COMPUTER_EVENTS: ReadonlySet<number> = new Set([4741, 4742, 4743]);
/** Events that add a member to a group or take one away. */
export const MEMBER_EVENTS: ReadonlySet<number> = new Set([
  4728, 4729, 4732, 4733, 4746, 4747, 4751, 4752, 4756, 4757, 4761, 4762,
]);
