<?php
// PHP's own SoapClient against a shop. Standard input: {"url", "version", "key", "operation",
// "request"}; standard output: {"result"} or {"fault"}, as JSON.
ini_set('soap.wsdl_cache_enabled', '0');
ini_set('display_errors', 'stderr');

$asked = json_decode(file_get_contents('php://stdin'));
$client = new SoapClient(__DIR__ . '/opensi.wsdl', [
    'location' => $asked->url,
    'soap_version' => $asked->version === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'exceptions' => true,
    'connection_timeout' => 10,
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
]);
$client->__setSoapHeaders([
    new SoapHeader('http://www.opensi.fr', 'Header', ['key' => $asked->key]),
]);
try {
    $found = ['result' => $client->__soapCall($asked->operation, [$asked->request])];
} catch (SoapFault $fault) {
    $found = ['fault' => $fault->getMessage(), 'code' => $fault->faultcode];
}
echo json_encode($found);
