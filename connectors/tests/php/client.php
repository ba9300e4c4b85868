<?php
// OpenSi's side in PHP: Debian's SoapClient on a WSDL. Takes JSON on its standard input
// {wsdl, address, version, key, operation, arguments} and prints {result} or {fault, code}.

ini_set('soap.wsdl_cache_enabled', '0');
$asked = json_decode(stream_get_contents(STDIN), true);
$client = new SoapClient($asked['wsdl'], [
    'location' => $asked['address'],
    'soap_version' => $asked['version'] === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'exceptions' => true,
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
]);
if ($asked['key'] !== null) {
    $client->__setSoapHeaders(
        new SoapHeader('http://www.opensi.fr', 'Header', ['key' => $asked['key']])
    );
}
try {
    $result = $client->__soapCall($asked['operation'], [$asked['arguments']]);
    echo json_encode(['result' => $result]);
} catch (SoapFault $fault) {
    echo json_encode(['fault' => $fault->getMessage(), 'code' => $fault->faultcode]);
}
