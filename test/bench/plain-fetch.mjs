/*
 * What any Node program pays for downloading lists: `plain-fetch.mjs ACCEPT [URL TOKEN]…`, one after
 * the other. The servers' certificates are in NODE_EXTRA_CA_CERTS.
 */
const [, , accept, ...requests] = process.argv;
for (let index = 0; index < requests.length; index += 2) {
  const [url, token] = requests.slice(index, index + 2);
  const response = await fetch(url, { headers: { accept, authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  await response.arrayBuffer();
}
