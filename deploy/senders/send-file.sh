#!/bin/sh
# Sends a file of log lines with curl, again and again until it is taken.
# Usage: THAPCANH_URL=https://soc.example.gov.vn:8080 THAPCANH_KEY=… send-file.sh FILE
set -eu
file=$1
# The same file under the same key is taken once, however often it is sent.
id=$(sha256sum "$file" | cut -c1-64)
gzip -c "$file" | curl --fail --silent --show-error \
  --retry 20 --retry-delay 5 --retry-all-errors \
  -H "Authorization: Bearer $THAPCANH_KEY" \
  -H "Idempotency-Key: $id" \
  -H 'Content-Encoding: gzip' \
  --data-binary @- "$THAPCANH_URL/api/v1/ingest"
