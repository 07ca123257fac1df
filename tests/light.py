"""How tests start a JVM: it lives for seconds, so it compiles fast rather than well."""

# With this compiler alone the JVM has room for 48 MB of code by itself: Spark's would be compiled again and again.
LIGHT_JVM = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=512m -XX:+UseSerialGC"
