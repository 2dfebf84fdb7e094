/** Usage reports that customers sent to this node as a publisher, each with the receipt that was signed for it. */
export const receivedReports = `
create table received_reports (
  digest text primary key,
  origin_node text not null,
  node text not null,                      -- fingerprint of the machine that signed it
  number integer not null,
  document text not null,                  -- compact JWS
  received_at text not null,
  receipt text,                            -- compact JWS; null as long as none was signed
  receipted_at text
) strict, without rowid;
create index received_reports_by_node on received_reports (node, number);
create index received_reports_by_time on received_reports (received_at);
`
