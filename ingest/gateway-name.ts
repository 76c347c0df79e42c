/** A gateway's name is a level of its topics and its MQTT user name: nothing in it may act as a separator or wildcard. */
export const GATEWAY_NAME = /^[A-Za-z0-9_-]{1,64}$/
