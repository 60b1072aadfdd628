/** What a kind of event is in the words of Sigma's log sources. */
export interface SourceKind {
  readonly product?: string;
  readonly service?: string;
  readonly categories?: readonly string[];
}

/**
 * Our datasets (`event.dataset`). One that is not listed is product and service by its two parts:
 * `postgresql.log` is product `postgresql`, service `log`.
 */
export const DATASETS: Readonly<Record<string, SourceKind>> = {
  'nginx.access': { product: 'nginx', service: 'nginx', categories: ['webserver'] },
  'nginx.error': { product: 'nginx', service: 'nginx', categories: ['webserver_error'] },
  'apache.access': { product: 'apache', service: 'apache', categories: ['webserver'] },
  'apache.error': { product: 'apache', service: 'apache', categories: ['webserver_error'] },
  'iis.access': { product: 'iis', service: 'iis', categories: ['webserver'] },
  'iis.error': { product: 'iis', service: 'iis', categories: ['webserver_error'] },
  'haproxy.log': { product: 'haproxy', service: 'haproxy', categories: ['webserver'] },
  'modsecurity.auditlog': { product: 'modsecurity', service: 'audit', categories: ['waf'] },
  'auditd.log': { product: 'linux', service: 'auditd' },
  'system.auth': { product: 'linux', service: 'auth' },
  'system.syslog': { product: 'linux', service: 'syslog' },
  'system.security': { product: 'windows', service: 'security' },
  'system.system': { product: 'windows', service: 'system' },
  'system.application': { product: 'windows', service: 'application' },
  'windows.forwarded': { product: 'windows' },
  'windows.powershell': { product: 'windows', service: 'powershell-classic' },
  'windows.powershell_operational': { product: 'windows', service: 'powershell' },
  'windows.sysmon_operational': { product: 'windows', service: 'sysmon' },
  'windows.windows_defender': { product: 'windows', service: 'windefend' },
  'windows.applocker_exe_and_dll': { product: 'windows', service: 'applocker' },
  'windows.applocker_msi_and_script': { product: 'windows', service: 'applocker' },
  'windows.applocker_packaged_app_deployment': { product: 'windows', service: 'applocker' },
  'windows.applocker_packaged_app_execution': { product: 'windows', service: 'applocker' },
  'fortinet_fortigate.log': {
    product: 'fortigate',
    service: 'event',
    categories: ['firewall'],
  },
  'panw.panos': { product: 'paloalto', service: 'globalprotect', categories: ['firewall'] },
  'cisco_asa.log': { product: 'cisco', service: 'asa', categories: ['firewall'] },
  'cisco_ios.log': { product: 'cisco', service: 'ios' },
  'checkpoint.firewall': { product: 'checkpoint', categories: ['firewall'] },
  'sophos.xg': { product: 'sophos', service: 'xg', categories: ['firewall'] },
  'iptables.log': { product: 'linux', service: 'iptables', categories: ['firewall'] },
  'f5_bigip.log': { product: 'f5', service: 'bigip', categories: ['waf'] },
  'suricata.eve': { product: 'suricata', service: 'eve', categories: ['ids'] },
  'mysql.error': { product: 'mysql', service: 'error', categories: ['database'] },
  'mysql.slowlog': { product: 'mysql', service: 'slowlog', categories: ['database'] },
  'postgresql.log': { product: 'postgresql', service: 'log', categories: ['database'] },
  'mongodb.log': { product: 'mongodb', service: 'log', categories: ['database'] },
  'redis.log': { product: 'redis', service: 'log', categories: ['database'] },
  'microsoft_sqlserver.log': { product: 'mssql', service: 'log', categories: ['database'] },
  'microsoft_sqlserver.audit': { product: 'mssql', service: 'audit', categories: ['database'] },
};

/** Windows event channels in lower case and the service that rules name. */
export const CHANNELS: Readonly<Record<string, string>> = {
  application: 'application',
  security: 'security',
  system: 'system',
  'dns server': 'dns-server',
  'directory service': 'ldap',
  'windows powershell': 'powershell-classic',
  'msexchange management': 'msexchange-management',
  'microsoft-windows-sysmon/operational': 'sysmon',
  'microsoft-windows-powershell/operational': 'powershell',
  'powershellcore/operational': 'powershell',
  'microsoft-windows-taskscheduler/operational': 'taskscheduler',
  'microsoft-windows-wmi-activity/operational': 'wmi',
  'microsoft-windows-dns-client/operational': 'dns-client',
  'microsoft-windows-dns-server/audit': 'dns-server-audit',
  'microsoft-windows-dns-server/analytical': 'dns-server-analytic',
  'microsoft-windows-driverframeworks-usermode/operational': 'driver-framework',
  'microsoft-windows-ntlm/operational': 'ntlm',
  'microsoft-windows-windows defender/operational': 'windefend',
  'microsoft-windows-printservice/admin': 'printservice-admin',
  'microsoft-windows-printservice/operational': 'printservice-operational',
  'microsoft-windows-smbclient/security': 'smbclient-security',
  'microsoft-windows-smbclient/connectivity': 'smbclient-connectivity',
  'microsoft-windows-smbserver/connectivity': 'smbserver-connectivity',
  'microsoft-windows-applocker/msi and script': 'applocker',
  'microsoft-windows-applocker/exe and dll': 'applocker',
  'microsoft-windows-applocker/packaged app-deployment': 'applocker',
  'microsoft-windows-applocker/packaged app-execution': 'applocker',
  'microsoft-windows-bits-client/operational': 'bits-client',
  'microsoft-windows-codeintegrity/operational': 'codeintegrity-operational',
  'microsoft-windows-windows firewall with advanced security/firewall': 'firewall-as',
  'microsoft-servicebus-client/operational': 'microsoft-servicebus-client',
  'microsoft-servicebus-client/admin': 'microsoft-servicebus-client',
  'microsoft-windows-ldap-client/debug': 'ldap',
  'microsoft-windows-terminalservices-localsessionmanager/operational':
    'terminalservices-localsessionmanager',
  'microsoft-windows-security-mitigations/kernel mode': 'security-mitigations',
  'microsoft-windows-security-mitigations/user mode': 'security-mitigations',
  'microsoft-windows-diagnosis-scripted/operational': 'diagnosis-scripted',
  'microsoft-windows-shell-core/operational': 'shell-core',
  'microsoft-windows-openssh/operational': 'openssh',
  'openssh/operational': 'openssh',
  'microsoft-windows-appxdeploymentserver/operational': 'appxdeployment-server',
  'microsoft-windows-appxpackaging/operational': 'appxpackaging-om',
  'microsoft-windows-appmodel-runtime/admin': 'appmodel-runtime',
  'microsoft-windows-lsa/operational': 'lsa-server',
  'microsoft-windows-capi2/operational': 'capi2',
  'microsoft-iis-configuration/operational': 'iis-configuration',
  'microsoft-windows-certificateservicesclient-lifecycle-system/operational':
    'certificateservicesclient-lifecycle-system',
};

/** Categories of Sysmon events by event id (Sigma appendix taxonomy). */
export const SYSMON_CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  '1': ['process_creation'],
  '2': ['file_change'],
  '3': ['network_connection'],
  '4': ['sysmon_status'],
  '5': ['process_termination'],
  '6': ['driver_load'],
  '7': ['image_load'],
  '8': ['create_remote_thread'],
  '9': ['raw_access_thread'],
  '10': ['process_access'],
  '11': ['file_event'],
  '12': ['registry_event', 'registry_add', 'registry_delete'],
  '13': ['registry_event', 'registry_set'],
  '14': ['registry_event', 'registry_rename'],
  '15': ['create_stream_hash'],
  '16': ['sysmon_status'],
  '17': ['pipe_created'],
  '18': ['pipe_created'],
  '19': ['wmi_event'],
  '20': ['wmi_event'],
  '21': ['wmi_event'],
  '22': ['dns_query'],
  '23': ['file_delete'],
  '24': ['clipboard_capture'],
  '25': ['process_tampering'],
  '26': ['file_delete'],
  '27': ['file_block_executable'],
  '28': ['file_block_shredding'],
  '29': ['file_executable_detected'],
  '255': ['sysmon_error'],
};

/** Categories of other Windows events by service and event id. */
export const WINDOWS_CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  'security 4688': ['process_creation'],
  'powershell 4103': ['ps_module'],
  'powershell 4104': ['ps_script'],
  'powershell-classic 400': ['ps_classic_start'],
  'powershell-classic 600': ['ps_classic_provider_start'],
};

/** Programs whose lines in Linux logs are a service of their own. */
export const LINUX_SERVICES: ReadonlySet<string> = new Set([
  'sshd',
  'sudo',
  'su',
  'cron',
  'vsftpd',
  'clamav',
  'guacamole',
]);
