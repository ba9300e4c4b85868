<?php
// A shop in PHP: Debian's SoapServer on our WSDL, for `php -S ADDRESS server.php`.
// WSDL, KEY and STATE (a file for what was received) come from the environment.

ini_set('soap.wsdl_cache_enabled', '0');

class Shop
{
    private $known = false;

    public function Header($header)
    {
        $this->known = isset($header->key) && hash_equals(getenv('KEY'), $header->key);
    }

    public function setComments($request)
    {
        $this->check();
        if ($request->Website_Code !== 'main') {
            throw new SoapFault('Server', 'Error, this code website is not recognized. Please '
                . 'check that the store is properly configured!');
        }
        $records = $request->Comment ?? [];
        $results = [];
        foreach (is_array($records) ? $records : [$records] as $record) {
            $result = $this->store($record);
            if ($result) {
                $results[] = $result;
            }
        }
        return ['return' => $results];
    }

    public function getVersion($request)
    {
        $this->check();
        return ['return' => 'PHP ' . PHP_VERSION];
    }

    public function getDatetime($request)
    {
        $this->check();
        return ['return' => date('Y-m-d H:i:s')];
    }

    private function check()
    {
        if (!$this->known) {
            throw new SoapFault(
                'Server',
                'Authentification failed, please check your credentials!'
            );
        }
    }

    private function store($record)
    {
        $state = json_decode(@file_get_contents(getenv('STATE')) ?: '{}', true);
        $order = $record->WebOrderNumber;
        if ($order === 'BLOCKED') {
            return null;
        }
        if ($order === 'UNKNOWN') {
            return ['Key' => $order, 'Code' => '3002', 'Message' => 'There is no such order.'];
        }
        if (isset($state['#' . $record->CommentId])) {
            return ['Key' => $order, 'Code' => '2001', 'Message' => 'It is there already.'];
        }
        $state['#' . $record->CommentId] = (array) $record;
        file_put_contents(getenv('STATE'), json_encode($state));
        return ['Key' => $order, 'Code' => '1002', 'Message' => ''];
    }
}

$server = new SoapServer(getenv('WSDL'), ['soap_version' => SOAP_1_2]);
$server->setObject(new Shop());
$server->handle();
