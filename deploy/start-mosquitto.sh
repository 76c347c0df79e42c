#!/bin/sh
# Starts Mosquitto with Adit's own login as .env says; those of the gateways stay in the data volume.
set -eu
passwords=/mosquitto/data/passwords
[ -f "$passwords" ] || (umask 077 && : > "$passwords")
mosquitto_passwd -b "$passwords" adit "$ADIT_BROKER_PASSWORD"
chown -R mosquitto:mosquitto /mosquitto/data
exec mosquitto -c /deploy/mosquitto.conf
