-- The practice server's chat side, for Prosody 0.12 and later.
run_as_root = true                    -- practice only: no privilege is needed, and none is dropped
data_path = "@directory@/data"
pidfile = "@directory@/prosody.pid"
log = { info = "*console" }
network_backend = "epoll"
interfaces = { "@address@" }
c2s_ports = { @c2s_port@ }
s2s_ports = { }                       -- a closed server: no federation
http_interfaces = { "@address@" }
http_ports = { @http_port@ }
https_ports = { }
http_default_host = "files.practice"  -- so the upload URL may use any host name or address
http_max_content_size = 64*1024*1024

modules_enabled = {
  "disco"; "roster"; "saslauth"; "tls";
  "blocklist"; "bookmarks"; "carbons"; "dialback"; "limits"; "pep"; "private"; "smacks";
  "vcard4"; "vcard_legacy";
  "csi_simple"; "ping"; "register"; "time"; "uptime"; "version"; "mam"; "lastactivity";
  "groups"; "server_contact_info"; "http";
}
modules_disabled = { "s2s", "s2s_auth_certs" }

authentication = "internal_hashed"
storage = { archive = "sql"; default = "internal" }   -- MAM in SQLite: paging stays fast
sql = { driver = "SQLite3", database = "prosody.sqlite" }
c2s_require_encryption = true
limits = { c2s = { rate = "10mb/s" } } -- everybody is on this machine
allow_registration = false            -- no new accounts; a person can still change the password
archive_expires_after = "1y"
default_archive_policy = true
max_archive_query_results = 100
smacks_hibernation_time = 300
groups_file = "@source@/groups.txt"

certificates = "@directory@"
ssl = { protocol = "tlsv1_2+", key = "@private_key@", certificate = "@certificate@" }

VirtualHost "practice"

Component "rooms.practice" "muc"
  name = "Rooms"
  modules_enabled = { "muc_mam" }
  restrict_room_creation = false
  muc_room_default_public = true
  muc_room_default_persistent = true
  muc_room_locking = false
  muc_room_default_history_length = 20
  muc_log_by_default = true
  muc_log_all_rooms = false
  muc_log_expires_after = "1y"

Component "files.practice" "http_file_share"
  http_file_share_size_limit = 50*1024*1024
  http_file_share_daily_quota = 500*1024*1024
  http_file_share_expires_after = 30*24*3600
  http_file_share_access = { "practice" }
  http_external_url = "http://@host@:@http_port@/"
