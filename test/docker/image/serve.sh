# Serves /health and /ready on the port given, unless MODE is broken, and notes each start in its volume.
trap 'exit 0' TERM
echo "$MODE" >> /data/starts
/bin/busybox mkdir -p /www
if [ "$MODE" != broken ]; then
  echo '{"status": "healthy", "version": "1.4.2"}' > /www/health
  echo '{"status": "ready"}' > /www/ready
fi
/bin/busybox httpd -f -p "$1" -h /www &
wait
